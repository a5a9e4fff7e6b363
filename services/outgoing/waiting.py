"""Whose turn it is with an outgoing document: the documents of each state that wait for a person.
The home page counts by these conditions and the list filters by them, so that both agree."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from domain.outgoing_flow import OutgoingState
from domain.permissions import DELEGATES
from domain.roles import LEADERS, STAFF, Actor, Role
from models.agencies import Appointment
from models.outgoing import OutgoingDocument
from services.accounts import posts

S = OutgoingState
Condition = Callable[[Actor, date], ColumnElement[bool]]


def conditions(actor: Actor, day: date) -> dict[OutgoingState, ColumnElement[bool]]:
    """For each state in which the actor's role has its turn: the documents that wait for them."""
    here = OutgoingDocument.agency_id == actor.agency_id
    return {
        state: and_(here, OutgoingDocument.state == state, of(actor, day))
        for state, roles, of in TURNS
        if actor.role in roles
    }


def waiting(actor: Actor, day: date) -> ColumnElement[bool]:
    """Everything that waits for the actor."""
    return or_(false(), *conditions(actor, day).values())


def _drafter(actor: Actor, _day: date) -> ColumnElement[bool]:
    return OutgoingDocument.drafter_id == actor.person_id


def _signer(actor: Actor, _day: date) -> ColumnElement[bool]:
    return OutgoingDocument.signer_id == actor.appointment_id


def _unit(actor: Actor, _day: date) -> ColumnElement[bool]:
    return OutgoingDocument.unit_id == actor.unit_id


def _own_or_headless(actor: Actor, day: date) -> ColumnElement[bool]:
    """The chief of office reviews for units without a head, as `notices.reviewers` tells them."""
    headed = exists().where(
        Appointment.unit_id == OutgoingDocument.unit_id,
        Appointment.role == Role.UNIT_HEAD,
        posts.in_office(day),
    )
    return or_(_unit(actor, day), ~headed)


def _any(_actor: Actor, _day: date) -> ColumnElement[bool]:
    return true()


CHIEF, CLERK = frozenset({Role.CHIEF_OF_OFFICE}), frozenset({Role.CLERK})
TURNS: tuple[tuple[OutgoingState, frozenset[Role], Condition], ...] = (
    (S.DRAFT, STAFF, _drafter),
    (S.IN_REVIEW, frozenset({Role.UNIT_HEAD}), _unit),
    (S.IN_REVIEW, CHIEF, _own_or_headless),
    (S.FORM_CHECK, CHIEF, _any),
    (S.AWAITING_LEADER, LEADERS | DELEGATES, _signer),
    (S.SIGNED, CLERK, _any),
    (S.NUMBERED, CLERK, _any),
    (S.ISSUED, CLERK, _any),
)
