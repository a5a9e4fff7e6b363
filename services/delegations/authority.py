"""By whose authority a document is signed: asked when it is drafted, when it is approved, and again
by the worker that signs, because a delegation may end or be ended between any two of them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from domain import delegation as rules
from domain.authority import authority_lines, title_of_head
from domain.errors import Forbidden, NotFound, Refusal
from domain.roles import LEADERS, Role
from models.agencies import Agency, Appointment
from models.delegations import Delegation
from models.outgoing import OutgoingDocument


def _whole() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Delegation.grantor).joinedload(Appointment.person),
        joinedload(Delegation.holder).joinedload(Appointment.person),
        joinedload(Delegation.passed_from)
        .joinedload(Delegation.holder)
        .joinedload(Appointment.person),
    )


def offered(session: Session, agency_id: int, day: date) -> list[Delegation]:
    """Delegations of the agency that are in force on this day, for the choice of a signer."""
    query = (
        select(Delegation)
        .where(Delegation.agency_id == agency_id, Delegation.valid_from <= day)
        .options(*_whole())
        .order_by(Delegation.id)
    )
    return [each for each in session.scalars(query) if _holds(each, day)]


def _holds(delegation: Delegation, day: date) -> bool:
    try:
        for type_name in delegation.types[:1]:
            used(delegation, type_name, day)
    except Refusal:
        return False
    return bool(delegation.types)


def find(session: Session, agency_id: int, delegation_id: int) -> Delegation:
    found = session.get(Delegation, delegation_id, options=_whole(), populate_existing=True)
    if found is None or found.agency_id != agency_id:
        raise NotFound("not-found")
    return found


def used(delegation: Delegation, type_name: str, day: date) -> None:
    """Raises Forbidden: what `domain.delegation.check_use` refuses; delegation-post-ended(person)
    when the head or the holder does not hold the post any more."""
    rules.check_use(
        delegation.types, delegation.valid_from, delegation.valid_to, delegation.ended_on,
        type_name, day,
    )  # fmt: skip
    for post in (delegation.grantor, delegation.holder):
        if not (post.holds_on(day) and post.person.is_active):
            raise Forbidden("delegation-post-ended", person=post.person.full_name)
    if delegation.passed_from is not None:
        used(delegation.passed_from, type_name, day)


def require(session: Session, doc: OutgoingDocument, day: date) -> None:
    """Whether the document's signer may still sign it. Raises as `used`,
    Forbidden("delegation-missing") for who leads nothing and has no delegation."""
    if doc.delegation_id is None:
        if doc.signer.role not in LEADERS:
            raise Forbidden("delegation-missing", person=doc.signer.person.full_name)
        return
    delegation = find(session, doc.agency_id, doc.delegation_id)
    if delegation.holder_id != doc.signer_id:
        raise Forbidden("delegation-missing", person=doc.signer.person.full_name)
    used(delegation, doc.type_name, day)


def authority_of(
    agency: Agency, signer: Appointment, delegation: Delegation | None, head_title: str = ""
) -> tuple[str, ...]:
    """The lines above the signature. `head_title`: of the agency's head, for a deputy's KT."""
    if delegation is not None:
        passed = delegation.passed_from
        return rules.lines(
            rules.DelegationForm(delegation.form), delegation.grantor.title, signer.title,
            passed.holder.title if passed else "",
        )  # fmt: skip
    if signer.role == Role.DEPUTY_LEADER:
        head = head_title or title_of_head(signer.title)
        return authority_lines(agency.authority, signer.title, head)
    return authority_lines(agency.authority, signer.title)
