"""Whom this node trusts. An uploaded file trusts nobody by itself: its certificates are shown with
their fingerprints, and the administrator ticks those that were compared with an official source."""

import base64

from flask import request, url_for

from blueprints.answers import _, done, render
from blueprints.forms import refuse
from blueprints.signing.forms import RootForm
from blueprints.signing.routes import blueprint
from blueprints.words import sentence
from blueprints.words.verifying import TRUST_PURPOSES, TRUST_STATES
from domain.errors import Invalid, Refusal
from domain.trust import TrustState
from extensions import current_actor, office
from services.signing import trust


@blueprint.get("/roots")
def roots():
    return _page(RootForm())


@blueprint.post("/roots")
def preview_roots():
    form = RootForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    file = form.file.data.read()
    try:
        return _preview(file)
    except Refusal as refusal:
        return _page(form, refuse(form, refusal, "file"))


@blueprint.post("/roots/chosen")
def accept_roots():
    file = _kept_file()
    chosen = {
        sha256: request.form.get(f"purpose-{sha256}", "")
        for sha256 in request.form.getlist("chosen")
    }
    try:
        added = trust.accept(office(), current_actor(), file, chosen)
    except Invalid as refusal:
        return _preview(file, refusal, chosen)
    told = _("Đã thêm %(n)s chứng thư vào danh sách.", n=added)
    return done(url_for("signing.roots"), told)


@blueprint.post("/roots/<int:root_id>/<state>")
def change_root(root_id: int, state: str):
    if state not in set(TrustState):
        raise Invalid("trust-purpose-unknown")
    reason = request.form.get("reason", "")
    trust.end(office(), current_actor(), root_id, TrustState(state), reason)
    return done(url_for("signing.roots"), _("Đã ghi; kết quả kiểm tra trước đây giữ nguyên."))


def _kept_file() -> bytes:
    """The file comes back with the ticks; what is trusted is decided by the digests ticked."""
    try:
        return base64.b64decode(request.form.get("bundle", ""), validate=True)
    except ValueError as error:  # no ASCII, or no base64
        raise Invalid("certificate-broken", field="file") from error


def _page(form: RootForm, status: int = 200):
    return render(
        "signing/roots.html",
        status=status,
        roots=trust.listing(office(), current_actor()),
        form=form,
        purposes=TRUST_PURPOSES,
        states=TRUST_STATES,
    )


def _preview(file: bytes, refusal: Refusal | None = None, chosen: dict | None = None):
    return render(
        "signing/roots_preview.html",
        status=refusal.status if refusal else 200,
        candidates=trust.preview(office(), current_actor(), file),
        bundle=base64.b64encode(file).decode(),
        chosen=chosen or {},
        refused=sentence(refusal) if refusal else "",
        purposes=list(TRUST_PURPOSES.items()),
        states=TRUST_STATES,
    )
