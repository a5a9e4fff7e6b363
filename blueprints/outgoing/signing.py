"""Signing on the page of an outgoing document: the job to follow while a signature is being made,
the failure when it was not, and what the signatures made so far are worth."""

from types import SimpleNamespace

from flask import url_for
from flask_babel import gettext as _

from blueprints.outgoing import enclosures
from blueprints.preserved import mark
from blueprints.signatures import patience, signing_wants, told, waits_for_token
from blueprints.words import words
from domain.errors import Refusal
from domain.flow import Step
from domain.outgoing_flow import OutgoingState as S
from extensions import current_actor, office
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState
from services.outgoing import queries
from services.preservation import levels

SIGNED = ("approve", "issue", "reseal")
ASKED_IN = (S.SIGNING, S.SEALING, S.AWAITING_LEADER, S.NUMBERED)


def shown(doc: OutgoingDocument) -> dict:
    nothing = {"job": None, "sign_failure": None, "token_url": None}
    return {**_signatures(doc), **nothing, **_under_way(doc)}


def _signatures(doc: OutgoingDocument) -> dict:
    """Those of the newest file and of the enclosures, as the worker found them when it made the
    files."""
    newest = doc.issued_sha256 or doc.signed_sha256
    asked = [each for each in (newest, *enclosures.digests(doc)) if each]
    found, states = levels.of_files(office(), asked, doc.names) if asked else ([], {})
    own = [signature for signature in found if signature.file_sha256 == newest]
    marks = {sha: mark(each, _archive_url(doc, sha)) for sha, each in states.items()}
    return {
        "signatures": told(own),
        "preserved_as": marks.get(newest),
        "enclosed": enclosures.shown(doc, found, marks),
    }


def _archive_url(doc: OutgoingDocument, sha256: str) -> str:
    return url_for("documents.archive", kind="outgoing", document_id=doc.id, sha=sha256)


def _under_way(doc: OutgoingDocument) -> dict:
    if doc.state not in ASKED_IN:
        return {}
    asked = queries.last_request(office(), doc)
    if asked is None or asked.state == SigningState.DONE:
        return {}
    if asked.state == SigningState.FAILED:
        return {"sign_failure": words(Refusal(asked.failure))}
    if asked.state == SigningState.AWAITING_TOKEN and asked.person_id == current_actor().person_id:
        return {"token_url": url_for("signing.on_token", kind="document", request_id=asked.id)}
    return {"job": _job(doc, asked), "job_url": url_for("signing.status", request_id=asked.id)}


def token_address(doc: OutgoingDocument) -> str | None:
    """Where the person goes on who has just asked for a signature of their own token."""
    if doc.state not in (S.SIGNING, S.SEALING):
        return None
    return _under_way(doc).get("token_url")


def own_token(steps: dict[str, Step]) -> bool:
    """Whether what the actor may sign here is signed with their own token: no PIN is asked for."""
    return any(action in steps for action in SIGNED) and signing_wants().token


def _job(doc: OutgoingDocument, asked: SigningRequest) -> SimpleNamespace:
    if asked.state == SigningState.AWAITING_TOKEN:
        waits = waits_for_token(asked)
        return SimpleNamespace(label=waits, state="running", detail="", done_url=None)
    label = _("Đang ký số văn bản") if doc.state == S.SIGNING else _("Đang đóng dấu cơ quan")
    return SimpleNamespace(label=label, state="running", detail=patience(asked), done_url=None)
