"""Giving numbers: inside the transaction, one after the other, never reused (law 7)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict, Invalid
from models.agencies import Agency
from models.registers import Register, RegisterEntry, RegisterKind
from services.unit_of_work import Work

NAMES = {
    RegisterKind.INCOMING: "Sổ văn bản đến",
    RegisterKind.OUTGOING: "Sổ văn bản đi",
    RegisterKind.COPY: "Sổ đăng ký bản sao",
    RegisterKind.OUTGOING_SECRET: "Sổ văn bản mật đi",
}


def register_of(work: Work, agency: Agency, kind: RegisterKind, year: int) -> Register:
    """The open register of the agency, kind and year, locked; made when the year is new."""
    register = _locked(work, agency, kind, year) or _new(work, agency, kind, year)
    if not register.is_open:
        raise Conflict("register-closed", name=register.name)
    return register


def _locked(work: Work, agency: Agency, kind: RegisterKind, year: int) -> Register | None:
    return work.session.scalars(
        select(Register)
        .where(Register.agency_id == agency.id, Register.kind == kind, Register.year == year)
        .with_for_update()
    ).one_or_none()


def _new(work: Work, agency: Agency, kind: RegisterKind, year: int) -> Register:
    """The year's first number may be asked for by several at once: one makes the register, the
    others wait for it."""
    register = Register(agency_id=agency.id, kind=kind, year=year, name=f"{NAMES[kind]} năm {year}")
    try:
        with work.session.begin_nested():
            work.session.add(register)
    except IntegrityError:
        return _locked(work, agency, kind, year)
    return register


def give_number(
    work: Work, agency: Agency, kind: RegisterKind, day: date, wanted: int | None = None
) -> RegisterEntry:
    """The next number of the year's register. `wanted` is what the clerk saw proposed: when it was
    given to another meanwhile, Conflict("number-taken") names the next free one; a number that
    nobody could be given yet is Invalid("number-not-next")."""
    register = register_of(work, agency, kind, day.year)
    number = register.last_number + 1
    if wanted is not None and not 1 <= wanted <= number:
        raise Invalid("number-not-next", field="number", next=number)
    if wanted is not None and wanted != number:
        raise Conflict("number-taken", field="number", wanted=wanted, next=number)
    register.last_number = number
    entry = RegisterEntry(
        register_id=register.id, number=number, given_at=work.now, given_by=work.actor.name
    )
    work.session.add(entry)
    work.session.flush()
    work.audit("register:number", entry, register=register.name, number=number)
    return entry


def next_number(session, agency_id: int, kind: RegisterKind, year: int) -> int:
    """The number that would be given now: proposed on the form, not promised."""
    last = session.scalar(
        select(Register.last_number).where(
            Register.agency_id == agency_id, Register.kind == kind, Register.year == year
        )
    )
    return (last or 0) + 1
