"""Several leaders on one document: whose turn it is, which field they sign, and what happens when
one of them has signed. `OutgoingDocument.signer_id` is whoever signs next; when all have signed it
names the first again, who answers for the document."""

from adapters.signing.finding import SEAL, beside_field, leader_field
from adapters.signing.finishing import Holder
from adapters.signing.sign import ready_cosigner, ready_leader
from adapters.signing.update import SignatureToMake
from models.outgoing import OutgoingDocument, Signer
from models.signing import SigningRequest, SigningRole
from services.unit_of_work import Work


def turn(doc: OutgoingDocument) -> int:
    """Counted from 1; stays 1 where one leader signs alone."""
    return 1 + sum(each.signed_at is not None for each in doc.signers)


def field_of_turn(doc: OutgoingDocument) -> str:
    return leader_field(turn(doc))


def awaited_field(request: SigningRequest) -> str:
    """The field that the output of this request has signed."""
    leads = request.role == SigningRole.LEADER
    return field_of_turn(request.document) if leads else SEAL


def awaited_fields(request: SigningRequest) -> set[str]:
    """That field, and the one over it which a leader signs whose predecessor did not certify."""
    field = awaited_field(request)
    follows = request.role == SigningRole.LEADER and turn(request.document) > 1
    return {field, beside_field(field)} if follows else {field}


def ready(doc: OutgoingDocument, data: bytes, holder: Holder, parts: dict) -> SignatureToMake:
    """The leader's signature made ready: the first certifies, the others approve."""
    if turn(doc) > 1:
        return ready_cosigner(data, holder, **parts, field=field_of_turn(doc))
    return ready_leader(data, holder, **parts)


def signed(work: Work, doc: OutgoingDocument, output_sha256: str) -> str:
    """Notes the signature of whose turn it was; gives the step that follows."""
    doc.signed_sha256 = output_sha256
    waiting = [each for each in doc.signers if each.signed_at is None]
    if waiting:
        waiting[0].signed_at, waiting[0].output_sha256 = work.now, output_sha256
    if len(waiting) > 1:
        _hand_to(doc, waiting[1])
        return "next_signer"
    if doc.signers:
        _hand_to(doc, doc.signers[0])
    return "leader_signed"


def void(doc: OutgoingDocument) -> list[str]:
    """A document that is returned after some have signed: their signatures count no more. Gives the
    digests of the files that hold them, which stay in the store and in the audit chain."""
    files = [each.output_sha256 for each in doc.signers if each.output_sha256]
    for each in doc.signers:
        each.signed_at, each.output_sha256 = None, None
    doc.signed_sha256 = None
    if doc.signers:
        _hand_to(doc, doc.signers[0])
    return files


def _hand_to(doc: OutgoingDocument, signer: Signer) -> None:
    doc.signer_id, doc.delegation_id = signer.appointment_id, signer.delegation_id
    doc.signer, doc.delegation = signer.appointment, signer.delegation
