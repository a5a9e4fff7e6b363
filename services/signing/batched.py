"""Whether a signature was asked for by the decision over many documents at once: its steps say so,
and people are told of the whole."""

from sqlalchemy import select

from models.batches import BatchItem
from models.signing import SigningRequest
from services.unit_of_work import Work


def batch_of(work: Work, request: SigningRequest) -> dict[str, int]:
    """For the details of a step."""
    query = select(BatchItem.batch_id).where(BatchItem.request_id == request.id)
    batch_id = work.session.scalars(query.limit(1)).first()
    return {"batch": batch_id} if batch_id else {}
