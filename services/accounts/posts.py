"""Who holds which role on a day, in SQL: appointments that run, of people with an account."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from domain.roles import Role
from models.agencies import Appointment, Person


def in_office(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Appointments that are held on this day by people who still have an account."""
    return and_(
        Appointment.valid_from <= day,
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= day),
        exists().where(Person.id == Appointment.person_id, Person.is_active),
    )


# Written out once: every package that comes is told to them.
CLERKS = (
    select(Appointment.person_id)
    .where(
        Appointment.role == Role.CLERK,
        Appointment.agency_id == bindparam("agency_id"),
        in_office(bindparam("day", type_=Date)),
    )
    .order_by(Appointment.id)
)


def holders(
    session: Session, agency_id: int | None, roles: Collection[Role], day: date
) -> Sequence[Appointment]:
    """Who holds one of these roles on this day, in order of appointment; without an agency, on the
    whole node."""
    query = select(Appointment).where(Appointment.role.in_(roles), in_office(day))
    if agency_id is not None:
        query = query.where(Appointment.agency_id == agency_id)
    return session.scalars(
        query.options(joinedload(Appointment.person)).order_by(Appointment.id)
    ).all()


def clerks(session: Session, agency_id: int, day: date) -> list[int]:
    """The persons who are clerks of the agency on this day, each once."""
    found = session.scalars(CLERKS, {"agency_id": agency_id, "day": day})
    return list(dict.fromkeys(found))
