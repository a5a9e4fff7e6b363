"""Number and date of a document as the clerk types them at its issue (NĐ 30/2020, Điều 15)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.dates import local_date
from domain.errors import Invalid
from models.outgoing import OutgoingDocument
from models.registers import Register, RegisterEntry, RegisterKind
from services.office import Office
from services.outgoing.form import read_date


def issued_date(office: Office, doc: OutgoingDocument, form: Mapping) -> date:
    """Raises Invalid: issued-in-future, issued-too-old, issued-before-signing unless `early` says
    that it is meant."""
    day, today = read_date(form.get("issued_date"), "issued_date"), office.today()
    if day > today:
        raise Invalid("issued-in-future", field="issued_date")
    if day.year < today.year - 1:
        raise Invalid("issued-too-old", field="issued_date", first=date(today.year - 1, 1, 1))
    signed = local_date(doc.signed_at) if doc.signed_at else None
    if signed and day < signed and not form.get("early"):
        raise Invalid("issued-before-signing", field="issued_date", signed=f"{signed:%d/%m/%Y}")
    return day


def require_order(session: Session, doc: OutgoingDocument, day: date) -> None:
    """Numbers and dates of a register run together: Invalid("issued-before-last") for a day before
    that of the last number given."""
    last = session.execute(
        select(OutgoingDocument.reference, OutgoingDocument.issued_date)
        .join(OutgoingDocument.number_entry)
        .join(RegisterEntry.register)
        .where(
            Register.agency_id == doc.agency_id,
            Register.kind == RegisterKind.OUTGOING,
            Register.year == day.year,
            OutgoingDocument.id != doc.id,
        )
        .order_by(RegisterEntry.number.desc())
        .limit(1)
    ).first()
    if last and last.issued_date and day < last.issued_date:
        fields = {"reference": last.reference, "last": last.issued_date}
        raise Invalid("issued-before-last", field="issued_date", **fields)


def wanted_number(form: Mapping) -> int | None:
    """The number typed; Invalid("not-a-number")."""
    text = str(form.get("number") or "").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 8):
        raise Invalid("not-a-number", field="number", value=text)
    return int(text) if text else None
