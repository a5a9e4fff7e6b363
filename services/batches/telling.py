"""Word of a batch when all of it is over: one notification for whoever started it, and one for each
drafter and for each who acts next, with counts. Whom only one document concerns is told of that
one, as if it had been decided by itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.outgoing_flow import OutgoingState
from models.batches import SigningBatch
from models.outgoing import OutgoingDocument
from services.accounts import posts
from services.batches.watching import DONE, FAILED, GIVEN_BACK, Progress
from services.unit_of_work import Work

RESULT, YOURS, NEXT = "batch:result", "batch:yours", "batch:next"


@dataclass
class Share:
    """What of a batch concerns one person: documents that were done, and how many failed."""

    kind: str
    done: list[OutgoingDocument] = field(default_factory=list)
    failed: int = 0


def tell(work: Work, found: Progress) -> None:
    """To be called once, in the transaction that ends the batch."""
    batch, counts = found.batch, found.counts
    _notify(
        work, batch, batch.person_id, RESULT,
        done=counts[DONE], failed=counts[FAILED], given_back=counts[GIVEN_BACK],
    )  # fmt: skip
    shares = _shares(work, found)
    shares.pop(batch.person_id, None)
    for person_id, share in shares.items():
        number = len(share.done) + share.failed
        if number > 1:
            _notify(work, batch, person_id, share.kind, done=len(share.done), failed=share.failed)
        for doc in share.done if number == 1 else ():
            title = " ".join(part for part in (doc.reference, doc.subject) if part)
            kind = f"outgoing:{_step(batch, doc)}"
            work.notify(person_id, kind, doc, title, by=batch.person_name)


def _notify(work: Work, batch: SigningBatch, person_id: int, kind: str, **counts: int) -> None:
    told = {name: number for name, number in counts.items() if number}
    work.notify(person_id, kind, batch, "", action=batch.action, by=batch.person_name, counts=told)


def _shares(work: Work, found: Progress) -> dict[int, Share]:
    """By person; who acts next on a document is told that rather than that they drafted it."""
    batch = found.batch
    clerks = posts.clerks(work.session, batch.agency_id, work.office.today())
    shares: dict[int, Share] = {}
    drafted: defaultdict[int, Share] = defaultdict(lambda: Share(YOURS))
    for line in found.lines:
        doc = line.item.document
        if line.outcome == DONE:
            for person_id in _next(batch, doc, clerks):
                shares.setdefault(person_id, Share(NEXT)).done.append(doc)
            drafted[doc.drafter_id].done.append(doc)
        elif line.outcome == FAILED:
            drafted[doc.drafter_id].failed += 1
    return drafted | shares


def _next(batch: SigningBatch, doc: OutgoingDocument, clerks: Sequence[int]) -> Iterable[int]:
    if batch.action == "dispatch":
        return ()
    if doc.state == OutgoingState.AWAITING_LEADER and doc.signer is not None:
        return (doc.signer.person_id,)
    return clerks


def _step(batch: SigningBatch, doc: OutgoingDocument) -> str:
    if batch.action == "approve":
        awaited = doc.state == OutgoingState.AWAITING_LEADER
        return "next_signer" if awaited else "leader_signed"
    return {"issue": "sealed"}.get(batch.action, batch.action)
