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
from domain.enclosures import Manner
from domain.errors import Invalid, Refusal, SignedOut
from extensions import limiter, office
from models.tokens import SigningDevice
from services.signing import devices, pairing
from services.tokens import preparing, troubles
from services.tokens.preparing import FileToSign, Prepared
from services.tokens.waiting import OnToken

MOST_BODY = 256 * 1024
TASK = "/<any(tasks, copies):kind>/<int:asked_id>"
NAMES = {"tasks": "document", "copies": "copy"}
RECEIVED_ONE = _l("Máy chủ đã nhận chữ ký của tệp này.")
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
    waiting = preparing.tasks(office(), device)
    told = [_task(found, batch_id) for found, batch_id in waiting]
    return jsonify(person=device.person.full_name, tasks=told)


@blueprint.post(f"{TASK}/prepare")
def prepare(kind: str, asked_id: int):
    prepared = preparing.prepare(office(), _device(), NAMES[kind], asked_id)
    with force_locale("vi"):
        refused = [_refused(prepared, part) for part in sorted(prepared.refused)]
    files = [_file(each) for each in prepared.files]
    return jsonify(nonce=prepared.nonce, files=files, refused=refused)


@blueprint.get(f"{TASK}/document")
def document(kind: str, asked_id: int):
    named = (request.args.get("part", 0, type=int), request.args.get("nonce", ""))
    pieces = preparing.document(office(), _device(), NAMES[kind], asked_id, named)
    return pdf(pieces, f"{asked_id}-{named[0]}.pdf")


@blueprint.post(f"{TASK}/signature")
def signature(kind: str, asked_id: int):
    said = _body()
    given, named = _bytes(said.get("signature")), (_part(said), _text(said, "nonce"))
    left = preparing.answer(office(), _device(), NAMES[kind], asked_id, named, given)
    with force_locale("vi"):
        return jsonify(message=str(RECEIVED_ONE if left else RECEIVED), left=left)


@blueprint.post("/trouble")
def trouble():
    """What went wrong on the computer, for the pages of what still waits."""
    said = _body()
    named = [_named(each) for each in said.get("tasks") or ()]
    noted = troubles.note(office(), _device(), _text(said, "code"), named)
    return jsonify(noted=noted)


def pdf(pieces: list[bytes], name: str) -> Response:
    answer = Response(iter(pieces), mimetype="application/pdf")
    answer.content_length = sum(map(len, pieces))
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def _task(found: OnToken, batch_id: int | None) -> dict:
    """What the program shows of a document before it signs."""
    asked, doc = found.asked, found.asked.document
    copies = found.kind.name == "copy"
    return {
        "id": asked.id,
        "kind": found.kind.name,
        "subject": f"{doc.title}: {doc.original_subject}" if copies else doc.subject,
        "reference": doc.reference,
        "date": day(doc.issued_date),
        "agency": doc.agency.name,
        "role": "copy" if copies else asked.role,
        "until": asked.authorised_until.isoformat(),
        "input_sha256": asked.input_sha256,
        "certificate_sha256": asked.binding.certificate_sha256,
        "batch": batch_id,
        "files": len(found.open),
    }


def _file(file: FileToSign) -> dict:
    made = file.ready.made
    return {
        "part": file.part,
        "name": file.name,
        "pages": file.pages,
        "input_sha256": file.ready.input_sha256,
        "beside": file.ready.manner == Manner.DETACHED,
        "attributes": base64.b64encode(made.attributes).decode(),
        "digest_name": made.digest_name,
    }


def _refused(prepared: Prepared, part: int) -> dict:
    name = preparing.name_of(prepared.found.row(part))
    return {"part": part, "name": name, "message": sentence(prepared.refused[part])}


def _named(said: object) -> tuple[str, int]:
    if not isinstance(said, dict) or not isinstance(said.get("id"), int):
        raise Invalid("token-call-broken")
    return _text(said, "kind"), said["id"]


def _part(said: dict) -> int:
    part = said.get("part", 0)
    if not isinstance(part, int):
        raise Invalid("token-call-broken")
    return part


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
