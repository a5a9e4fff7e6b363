"""The scan on the form of a paper document: received once, shown beside the form, read."""

import io

from flask import send_file

from blueprints.incoming.forms import PaperForm
from domain.errors import Invalid, NotFound
from extensions import current_actor, office
from services.incoming import desk, uploads
from services.incoming.uploads import Upload


def received(form: PaperForm) -> Upload | None:
    """The scan sent now or kept from before. Law 10: with a secrecy set none is taken in."""
    sent = form.file.data if form.file.data and form.file.data.filename else None
    token = form.upload.data or ""
    if form.secrecy.data and (sent or token):
        uploads.forget(office(), current_actor(), token)
        form.upload.data = ""
        raise Invalid("secret-no-file", field="file", secrecy=form.secrecy.data)
    if sent:
        kept_now = uploads.keep(office(), current_actor(), sent.filename, sent.read())
        form.upload.data = kept_now.token
        return kept_now
    return _waiting(form, token) if token else None


def _waiting(form: PaperForm, token: str) -> Upload:
    try:
        return uploads.take(office(), current_actor(), token)
    except NotFound:
        form.upload.data = ""
        raise Invalid("upload-gone", field="file") from None


def kept(form: PaperForm) -> Upload | None:
    """The scan to show again beside a refused form; none when it is gone."""
    try:
        return uploads.take(office(), current_actor(), form.upload.data or "")
    except NotFound:
        form.upload.data = ""
        return None


def prefill(form: PaperForm, upload: Upload | None) -> None:
    """Fills what is still empty with what the file says; never registers by itself."""
    if upload is None:
        raise Invalid("required", field="file")
    for name, value in desk.read(office(), upload).items():
        field = form._fields[name]
        if value and (not field.data or name in ("type_name", "urgency")):
            field.data, field.raw_data = value, None


def picture(token: str, number: int):
    upload = uploads.take(office(), current_actor(), token)
    webp = uploads.picture(upload, number)
    return send_file(io.BytesIO(webp), mimetype="image/webp", max_age=0)
