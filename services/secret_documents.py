"""The register of outgoing state secrets: a number, and what the register asks for. Nothing of the
document itself comes into the program (law 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from domain.document_types import HIGHEST_SECRECY, SECRECY_LEVELS, document_type
from domain.errors import Conflict, Invalid
from domain.numbering import reference
from domain.permissions import Relation, require
from domain.roles import Actor
from models.agencies import Agency
from models.registers import Register, RegisterEntry, RegisterKind
from models.secret_documents import SecretDocument
from services.form_tokens import made_with, token_of
from services.incoming.text import typed
from services.numbering import give_number, next_number
from services.office import Office
from services.unit_of_work import Work, transaction

PER_PAGE = 50
NEEDED = ("type_name", "notation", "issued_date", "signer_name", "recipients")
EARLIEST_YEARS_AGO = 1
LONGEST_LIST = 4000


@dataclass(frozen=True)
class Page:
    """One page of a year's register, and the years there are."""

    rows: Sequence[SecretDocument]
    total: int
    years: list[int]


def enter(office: Office, actor: Actor, form: Mapping[str, object]) -> int:
    """Enters an outgoing secret document and gives its number from the register of secrets, which
    counts by itself (NĐ 30/2020, Điều 15). A form sent twice gives the first row again.

    Raises Forbidden, Invalid: required, too-long, document-type-unknown, secrecy-unknown,
    secrecy-missing, secret-subject, issued-in-future, issued-too-old, number-not-next; Conflict:
    number-taken, register-closed.
    """
    require(actor, "secret_document:create", {Relation.AGENCY})
    if known := made_with(office, SecretDocument, token_of(actor, form)):
        return known.id
    check(form)
    _check_day(office, form["issued_date"])
    try:
        return _enter(office, actor, form)
    except Conflict:
        # Two presses at once: the other one was first.
        if known := made_with(office, SecretDocument, token_of(actor, form)):
            return known.id
        raise


def listing(office: Office, actor: Actor, year: int, page: int = 1) -> Page:
    """One page of the register, the newest number first. Raises Forbidden."""
    require(actor, "secret_document:view", {Relation.AGENCY})
    session = office.session()
    mine = Register.agency_id == actor.agency_id, Register.kind == RegisterKind.OUTGOING_SECRET
    query = (
        select(SecretDocument)
        .join(RegisterEntry, RegisterEntry.id == SecretDocument.number_entry_id)
        .join(Register, Register.id == RegisterEntry.register_id)
        .where(*mine, Register.year == year)
    )
    total = session.scalar(query.with_only_columns(func.count(SecretDocument.id)))
    rows = session.scalars(
        query.options(joinedload(SecretDocument.number_entry))
        .order_by(RegisterEntry.number.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    years = {office.today().year, *session.scalars(select(Register.year).where(*mine))}
    return Page(rows, total or 0, sorted(years, reverse=True))


def proposed_number(office: Office, actor: Actor) -> int:
    """The number that would be given today."""
    year = office.today().year
    return next_number(office.session(), actor.agency_id, RegisterKind.OUTGOING_SECRET, year)


def check(form: Mapping[str, object]) -> None:
    """What holds of a row at any time. Raises as `enter`, but for the day and the number."""
    for name in NEEDED:
        if not typed(form, name):
            raise Invalid("required", field=name)
    secrecy = typed(form, "secrecy")
    if secrecy not in SECRECY_LEVELS:
        raise Invalid("secrecy-unknown", field="secrecy")
    if not secrecy:
        raise Invalid("secrecy-missing", field="secrecy")
    if secrecy == HIGHEST_SECRECY and typed(form, "subject"):
        raise Invalid("secret-subject", field="subject", secrecy=secrecy)


def _check_day(office: Office, day: date) -> None:
    today = office.today()
    if day > today:
        raise Invalid("issued-in-future", field="issued_date")
    first = date(today.year - EARLIEST_YEARS_AGO, 1, 1)
    if day < first:
        raise Invalid("issued-too-old", field="issued_date", first=first)


def _enter(office: Office, actor: Actor, form: Mapping[str, object]) -> int:
    with transaction(office, actor) as work:
        agency = work.session.get_one(Agency, actor.agency_id)
        document = _document(work, form)
        document.form_token = token_of(actor, form)
        kind, day = RegisterKind.OUTGOING_SECRET, document.issued_date
        entry = give_number(work, agency, kind, day, form.get("number"))
        document.number_entry, document.agency_id = entry, agency.id
        document.reference = reference(entry.number, document.notation)
        work.session.add(document)
        work.session.flush()
        # The chain is read by administrators: it says that there is one, not what it is about.
        work.audit("secret_document:create", document, number=entry.number)
        return document.id


def _document(work: Work, form: Mapping[str, object]) -> SecretDocument:
    return SecretDocument(**facts(form), created_by=work.actor.name, created_at=work.now)


def facts(form: Mapping[str, object]) -> dict[str, object]:
    """What the row says, by column. Raises Invalid: too-long, document-type-unknown."""
    return {
        "secrecy": typed(form, "secrecy"),
        "type_name": document_type(typed(form, "type_name")).name,
        "notation": typed(form, "notation", 49),
        "issued_date": form["issued_date"],
        "subject": typed(form, "subject", 500),
        "signer_name": typed(form, "signer_name", 100),
        "recipients": typed(form, "recipients", LONGEST_LIST),
        "copies": form.get("copies") or 1,
        "note": typed(form, "note", 500),
    }
