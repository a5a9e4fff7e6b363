"""The only place that assigns the state of a copy; who acts next is told here."""

from collections.abc import Callable, Iterable

from domain.copy_flow import COPY_FLOW
from models.copies import CertifiedCopy
from services.accounts import posts
from services.unit_of_work import Work


def move(work: Work, copy: CertifiedCopy, action: str, **details: object) -> None:
    """Does the step: state, time, audit entry, word to whoever acts next.

    Raises Conflict("wrong-state").
    """
    step = COPY_FLOW.step(action, copy.state)
    copy.state, copy.updated_at = step.to, work.now
    work.audit(f"{COPY_FLOW.name}:{action}", copy, **details)
    announce(work, copy, action)


def announce(work: Work, copy: CertifiedCopy, action: str) -> None:
    told = TOLD.get(action)
    for person_id in dict.fromkeys(told(work, copy) if told else ()):
        if person_id != work.actor.person_id:
            title = f"{copy.title}: {copy.reference or copy.original_reference} "
            work.notify(person_id, f"copy:{action}", copy, title + copy.original_subject)


def _clerks(work: Work, copy: CertifiedCopy) -> Iterable[int]:
    return posts.clerks(work.session, copy.agency_id, work.office.today())


def _requester(_work: Work, copy: CertifiedCopy) -> Iterable[int]:
    return [copy.requester_id]


TOLD: dict[str, Callable[[Work, CertifiedCopy], Iterable[int]]] = {
    "create": lambda _work, copy: [copy.signer.person_id],
    "approve": _clerks,
    "refuse": _requester,
    "signed": _requester,
    "sign_failed": _clerks,
    "print": _requester,
}
