"""The desk at which a paper document is registered: what the form offers, and what the uploaded
file says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.permissions import Relation, require
from domain.roles import LEADERS, Actor
from domain.text import fold
from models.agencies import Appointment
from models.registers import RegisterKind
from services import directory, numbering
from services.accounts import posts
from services.incoming.uploads import Upload
from services.office import Office

URGENCY = {"KHẨN": 1, "THƯỢNG KHẨN": 2, "HỎA TỐC": 3}


@dataclass(frozen=True)
class Desk:
    """`read` holds, by name of the form's fields, what the file says."""

    today: date
    next_number: int
    leaders: Sequence[Appointment]
    pages: int = 0
    read: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_silent(self) -> bool:
        """A scan was uploaded that says nothing of itself; how many pages it has is no word."""
        return bool(self.pages) and not any(
            value for name, value in self.read.items() if name != "pages"
        )


def open_desk(office: Office, actor: Actor, upload: Upload | None) -> Desk:
    """Raises Forbidden("not-allowed") for whoever may not register."""
    require(actor, "incoming:create", {Relation.AGENCY})
    today, session = office.today(), office.session()
    return Desk(
        today=today,
        next_number=numbering.next_number(
            session, actor.agency_id, RegisterKind.INCOMING, today.year
        ),
        leaders=posts.holders(session, actor.agency_id, LEADERS, today),
        pages=upload.pages if upload else 0,
        read=read(office, upload) if upload else {},
    )


def read(office: Office, upload: Upload) -> dict[str, object]:
    """What a text PDF says of itself, under the names of the form; empty values for a scan."""
    facts = upload.facts
    return {
        "document_number": facts.number,
        "notation": facts.notation,
        "issued_date": facts.issued_date,
        "issuer_name": _as_known(office, facts.agency),
        "type_name": facts.type_name,
        "subject": facts.subject,
        "signer_name": facts.signer,
        "signer_position": facts.position,
        "urgency": URGENCY.get(facts.urgency, 0),
        "pages": upload.pages,
    }


def _as_known(office: Office, printed: str) -> str:
    """The letterhead is in capitals: the directory knows how the name is written."""
    known = directory.search(office, printed, limit=1) if printed else []
    return known[0].name if known and fold(known[0].name) == fold(printed) else printed
