"""What the program on the PC calls. It proves itself by the secret of its pairing."""

import base64
import binascii
from urllib.parse import quote

from flask import Response, jsonify, request
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from blueprints.filters import day
from blueprints.signing_token.routes import blueprint
from blueprints.words import sentence
from domain.errors import Invalid, Refusal, SignedOut
from extensions import limiter, office
from models.signing import SigningRequest
from models.tokens import SigningDevice
from services.signing import devices, pairing, token_signing

MOST_BODY = 256 * 1024
RECEIVED = _l("Máy chủ đã nhận chữ ký; văn bản ký xong trong vài giây.")
OFFERED = _l("Đã gửi chứng thư %(subject)s; quản trị viên xác nhận xong là ký được.")
KNOWN = _l("Chứng thư %(subject)s đã gắn từ trước.")


@blueprint.post("/pair")
@limiter.limit("10/minute")
def pair():
    said = _body()
    certificates = [_bytes(each) for each in said.get("certificates") or ()]
    paired = pairing.pair(office(), _text(said, "code"), _text(said, "name"), certificates)
    with force_locale("vi"):
        lines = [_offered(subject, code) for subject, code in paired.certificates]
    return jsonify(secret=paired.secret, person=paired.person, certificates=lines)


@blueprint.get("/tasks")
def tasks():
    device = _device()
    waiting = token_signing.tasks(office(), device)
    return jsonify(person=device.person.full_name, tasks=[_task(each) for each in waiting])


@blueprint.post("/tasks/<int:request_id>/prepare")
def prepare(request_id: int):
    prepared = token_signing.prepare(office(), _device(), request_id)
    return jsonify(
        nonce=prepared.nonce,
        attributes=base64.b64encode(prepared.ready.attributes).decode(),
        digest_name=prepared.ready.digest_name,
    )


@blueprint.get("/tasks/<int:request_id>/document")
def document(request_id: int):
    nonce = request.args.get("nonce", "")
    pieces = token_signing.document(office(), _device(), request_id, nonce)
    return pdf(pieces, f"{request_id}.pdf")


@blueprint.post("/tasks/<int:request_id>/signature")
def signature(request_id: int):
    said = _body()
    given = _bytes(said.get("signature"))
    token_signing.answer(office(), _device(), request_id, _text(said, "nonce"), given)
    with force_locale("vi"):
        return jsonify(message=str(RECEIVED))


def pdf(pieces: list[bytes], name: str) -> Response:
    answer = Response(iter(pieces), mimetype="application/pdf")
    answer.content_length = sum(map(len, pieces))
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _task(asked: SigningRequest) -> dict:
    """What the program shows of a document before it signs."""
    doc = asked.document
    return {
        "id": asked.id,
        "subject": doc.subject,
        "reference": doc.reference,
        "date": day(doc.issued_date),
        "agency": doc.agency.name,
        "role": asked.role,
        "until": asked.authorised_until.isoformat(),
        "input_sha256": asked.input_sha256,
        "certificate_sha256": asked.binding.certificate_sha256,
    }


def _offered(subject: str, code: str) -> str:
    if code == pairing.KNOWN:
        return str(KNOWN) % {"subject": subject}
    if code:
        return f"{subject}: {sentence(Refusal(code))}"
    return str(OFFERED) % {"subject": subject}


def _device() -> SigningDevice:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise SignedOut("device-unknown")
    return devices.authenticated(office(), secret.strip())


def _body() -> dict:
    request.max_content_length = MOST_BODY
    said = request.get_json(silent=True, force=True)
    if not isinstance(said, dict):
        raise Invalid("token-call-broken")
    return said


def _text(said: dict, name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise Invalid("token-call-broken")
    return value


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Invalid("token-call-broken") from None
