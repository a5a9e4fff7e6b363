"""A document that waits for a person's token: the leader's signature on it, or the agency's on it
and on each of its enclosures."""

from datetime import datetime

from adapters.signing.permissions import is_certified
from adapters.signing.sign import ready_issue
from domain.errors import Invalid, Refusal
from domain.roles import Actor
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningRole
from models.tokens import TokenSigning
from services.office import Office
from services.outgoing import access
from services.preservation import stamping
from services.signing import ending, grounds, material, token_enclosures, turns
from services.signing.material import load
from services.signing.requests import KIND
from services.signing.token_rows import Holder, Part
from services.unit_of_work import Work

__all__ = [
    "KIND", "base", "check", "file_name", "give_back", "load", "operation", "ready", "see",
]  # fmt: skip
OPERATIONS = {SigningRole.LEADER: "SignApproved", SigningRole.SEAL: "SignIssued"}


def see(office: Office, actor: Actor, request: SigningRequest) -> None:
    access.find(office.session(), actor, request.document_id)


def check(office: Office, request: SigningRequest) -> None:
    grounds.check(office.session(), request, office.now(), office.today())


def ready(
    office: Office, request: SigningRequest, row: TokenSigning, holder: Holder, at: datetime
) -> Part:
    """Raises Invalid("token-three-signatures") where the leader signed with the desktop program,
    and what the making refuses."""
    if row.enclosure is not None:
        return token_enclosures.ready(office, request, row, holder, at)
    data = grounds.read_file(office, request.input_sha256, "file-damaged")
    stamped = stamping.stamper(office) is not None
    if request.role == SigningRole.LEADER:
        parts = material.of_leader(office, request, at) | {"stamped": stamped}
        made = turns.ready(request.document, data, holder, parts)
        return Part("", request.input_sha256, made)
    grounds.check_leader_signed(office.session(), request, data)
    if not is_certified(data):  # number and date would be signatures of their own: three, not one
        raise Invalid("token-three-signatures")
    made = ready_issue(data, holder, stamped=stamped, **material.of_seal(office, request, at))
    return Part("", request.input_sha256, made)


def base(office: Office, request: SigningRequest, row: TokenSigning) -> Part | None:
    if row.enclosure is not None:
        return token_enclosures.base(office, request, row)
    return Part("", request.input_sha256, None)


def give_back(work: Work, request: SigningRequest, refusal: Refusal) -> int:
    """Ends the request and moves the document back; gives the document's id."""
    doc = work.session.get_one(
        OutgoingDocument, request.document_id, with_for_update=True, populate_existing=True
    )
    ending.give_back(work, request, doc, refusal)
    return doc.id


def operation(request: SigningRequest, row: TokenSigning) -> str:
    """What the desktop program calls it."""
    return "SignAppendix" if row.part else OPERATIONS[SigningRole(request.role)]


def file_name(request: SigningRequest, row: TokenSigning) -> str:
    if row.part:
        return f"phu-luc-{request.document_id}-{row.part}.pdf"
    return f"van-ban-{request.document_id}.pdf"
