"""What the page of a request that waits for a token shows: where it stands and what to do next,
file by file, and what is handed to the desktop program."""

import hashlib
import json
from types import SimpleNamespace

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.addresses import whole
from blueprints.words import words
from domain.dates import local
from domain.enclosures import Manner
from domain.errors import Refusal
from extensions import current_actor, office
from services.signing import devices
from services.tokens.preparing import PREPARED_FOR
from services.tokens.programs import Call
from services.tokens.waiting import OnToken

# Where the program listens on the person's computer (domain.md 5.4): fixed by that program.
PLUGIN = "wss://127.0.0.1:8987"
PDF = "application/pdf"
COMMAND = "python -m signing_agent sign"


def of(found: OnToken, call: Call | None = None, called: int = 0) -> dict:
    """`call`: what the desktop program is asked to do now, with the file of part `called`."""
    machines = devices.listing(office(), current_actor().person_id)
    state = _state(found, machines)
    copies = found.kind.name == "copy"
    return {
        "found": found,
        "asked": found.asked,
        "doc": found.asked.document,
        "is_copy": copies,
        "title": _title(found),
        "document_url": document_url(found),
        "state": state,
        "job": _job(found, state),
        "job_url": address(found, seen=_seen(found)),
        "turn": request.args.get("turn", 0, type=whole),
        "devices": machines,
        "command": COMMAND,
        "files": [_file(found, row) for row in found.rows],
        "plugin": _plugin(call) if call else None,
        "called": called,
    }


def _title(found: OnToken) -> str:
    doc = found.asked.document
    if found.kind.name != "copy":
        return doc.subject
    return f"{doc.title}: {doc.original_reference} {doc.original_subject}".strip()


def address(found: OnToken, action: str = "on_token", **query: str) -> str:
    return url_for(f"signing.{action}", kind=found.kind.name, request_id=found.asked.id, **query)


def document_url(found: OnToken) -> str:
    if found.kind.name == "copy":
        return url_for("copies.copy", copy_id=found.asked.copy_id)
    return url_for("outgoing.document", document_id=found.asked.document_id)


def changed(found: OnToken) -> bool:
    """Whether the page that asks was drawn before something happened."""
    return request.args.get("seen", "") not in ("", _seen(found))


def _seen(found: OnToken) -> str:
    facts = [(r.part, r.is_done, r.problem, str(r.prepared_at)) for r in found.rows]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _job(found: OnToken, state: SimpleNamespace) -> SimpleNamespace:
    # What hinders stands above, in red.
    label, detail = _("Đang chờ token của bạn"), "" if state.bad else state.text
    return SimpleNamespace(label=label, state="running", detail=detail, done_url=None)


def _state(found: OnToken, machines) -> SimpleNamespace:
    """Where it stands, in words: what hinders it first."""
    troubled = next((row for row in found.open if row.problem), None)
    if troubled is not None:
        told = words(Refusal(troubled.problem))
        return SimpleNamespace(bad=True, text=f"{told.reason} {told.next_step}")
    return SimpleNamespace(bad=False, text=" ".join(_progress(found, machines)))


def _progress(found: OnToken, machines) -> tuple[str, str]:
    names = ", ".join(each.name or _("không tên") for each in machines)
    opened = max((r.prepared_at for r in found.open if r.prepared_at and r.prepared), default=None)
    if opened is not None and office().now() - opened <= PREPARED_FOR:
        return (
            _(
                "Máy có token đã mở văn bản lúc %(at)s và đang chờ bạn.",
                at=f"{local(opened):%H:%M}",
            ),
            _("Hãy xem ở máy đó rồi nhập PIN của token."),
        )
    if opened is not None:
        return (
            _("Máy có token đã mở văn bản lúc %(at)s mà chưa ký.", at=f"{local(opened):%H:%M}"),
            _("Hãy cắm token rồi chạy lại: %(command)s", command=COMMAND),
        )
    if not machines:
        return (
            _("Chưa có máy nào được ghép với tài khoản của bạn."),
            _("Hãy ghép máy có token, hoặc dùng phần mềm VGCA (cách 2)."),
        )
    return (
        _("Chương trình ký ở máy đã ghép (%(names)s) chưa mở văn bản này.", names=names),
        _("Hãy cắm token ở máy đó rồi chạy: %(command)s", command=COMMAND),
    )


def _file(found: OnToken, row) -> SimpleNamespace:
    enclosure = row.enclosure
    return SimpleNamespace(
        part=row.part,
        name=enclosure.name if enclosure else _("Bản sao") if found.kind.name == "copy"
        else _("Văn bản chính"),
        sha256=row.input_sha256 or (enclosure.sha256 if enclosure else found.asked.input_sha256),
        done=row.is_done,
        beside=enclosure is not None
        and (enclosure.media_type != PDF or Manner.DETACHED in (row.manner, enclosure.manner)),
        problem=words(Refusal(row.problem)) if row.problem and not row.is_done else None,
    )  # fmt: skip


def _plugin(call: Call) -> dict:
    """What the script hands to the desktop program; the names are that program's."""
    download = url_for("signing_token.fetch", secret=call.download, name=call.name, _external=True)
    parameters = {
        "FileUploadHandler": url_for("signing_token.bring", secret=call.upload, _external=True),
        "SessionId": "",
        "JWTToken": "",
        "FileName": download,
        "DocNumber": call.number,
        "IssuedDate": call.issued,
        "MetaData": [],
    }
    return {"address": f"{PLUGIN}/{call.operation}", "parameters": json.dumps(parameters)}
