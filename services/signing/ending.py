"""The end of a signature that did not come: the request says why, and the document goes back to the
person, who can ask anew."""

from adapters.signing.keys import SecretRefused
from domain.errors import Refusal
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningRole, SigningState
from services.outgoing.state import move
from services.signing import bindings, grounds, token_rows
from services.signing.batched import batch_of
from services.unit_of_work import Work


def fail(work: Work, request: SigningRequest, doc: OutgoingDocument, refusal: Refusal) -> None:
    """Ends what a worker could not make, and writes down why."""
    work.audit("signing:failed", doc, **why(request, refusal))
    token_rows.forget(work, request)
    give_back(work, request, doc, refusal)


def give_back(work: Work, request: SigningRequest, doc: OutgoingDocument, refusal: Refusal) -> None:
    """Ends the request as failed. A number that was given stays with the document (law 7)."""
    request.state, request.finished_at = SigningState.FAILED, work.now
    request.failure, request.authorisation = refusal.code, None
    if isinstance(refusal, SecretRefused):
        bindings.note_refused(work, request.binding, refusal.code)
    if grounds.waiting(doc, request):
        step = grounds.KINDS[SigningRole(request.role)].failed
        move(work, doc, step, failure=refusal.code, request=request.id, **batch_of(work, request))


def why(request: SigningRequest, refusal: Refusal) -> dict:
    """What the audit chain says of it."""
    cause = str(refusal.fields.get("cause", ""))
    return {"request": request.id, "role": request.role, "code": refusal.code, "cause": cause}
