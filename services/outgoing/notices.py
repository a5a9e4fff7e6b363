"""Who is told when an outgoing document moves: whoever acts next, the drafter on a return."""

from collections.abc import Callable, Iterable, Sequence

from domain.roles import Role
from models.agencies import Appointment
from models.outgoing import OutgoingDocument
from services.accounts import posts
from services.unit_of_work import Work

Told = Callable[[Work, OutgoingDocument], Iterable[int]]


def announce(work: Work, doc: OutgoingDocument, action: str, details: dict) -> None:
    """Notifies those the step concerns, never the one who did it; `kind` is the step's tag. Of many
    documents decided at once people hear once, at the end (`services/batches/telling.py`)."""
    told = TOLD.get(action)
    if told is None or details.get("batch"):
        return
    shown = {key: details[key] for key in ("reason", "failure") if details.get(key)}
    for person_id in dict.fromkeys(told(work, doc)):
        if person_id != work.actor.person_id:
            work.notify(
                person_id,
                f"outgoing:{action}",
                doc,
                " ".join(part for part in (doc.reference, doc.subject) if part),
                by=work.actor.name,
                **shown,
            )


def reviewers(work: Work, doc: OutgoingDocument) -> list[int]:
    """Heads of the drafting unit; where it has none, the chief of office reviews."""
    heads = _holding(work, doc, Role.UNIT_HEAD)
    return [each.person_id for each in heads if each.unit_id == doc.unit_id] or chiefs(work, doc)


def chiefs(work: Work, doc: OutgoingDocument) -> list[int]:
    return [each.person_id for each in _holding(work, doc, Role.CHIEF_OF_OFFICE)]


def clerks(work: Work, doc: OutgoingDocument) -> list[int]:
    return posts.clerks(work.session, doc.agency_id, work.office.today())


def signer(work: Work, doc: OutgoingDocument) -> list[int]:
    return [doc.signer.person_id] if doc.signer else []


def drafter(_work: Work, doc: OutgoingDocument) -> list[int]:
    return [doc.drafter_id]


TOLD: dict[str, Told] = {
    "submit": reviewers,
    "agree": chiefs,
    "forward": signer,
    "return": drafter,
    "leader_signed": clerks,
    "next_signer": signer,
    "leader_failed": signer,
    "sealed": clerks,
    "seal_failed": clerks,
    "dispatch": drafter,
    "add_recipients": drafter,
}


def _holding(work: Work, doc: OutgoingDocument, role: Role) -> Sequence[Appointment]:
    return posts.holders(work.session, doc.agency_id, {role}, work.office.today())
