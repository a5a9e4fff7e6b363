"""Which document a package that revokes or updates is about. The standard names it in
Bussiness/DocumentId, the samples of the axis by the package's own id; others give the package an id
of its own and name the document in ResponseFor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters.edxml.package import BusinessKind, Package, ResponseFor
from domain.text import nfc
from models.exchange import ExchangeMessage
from models.incoming import IncomingDocument
from services import directory
from services.changes.taking import find
from services.unit_of_work import Work


@dataclass(frozen=True)
class Named:
    """A document as a package names it."""

    uids: Sequence[str]
    reference: str
    issued_date: date | None = None

    def found(self, work: Work, message: ExchangeMessage) -> IncomingDocument | None:
        who = message.agency_id, message.peer_code
        return find(work, *who, self.uids, self.reference, self.issued_date)


def meant(
    work: Work, message: ExchangeMessage, package: Package
) -> tuple[IncomingDocument | None, Named]:
    """The document that is here, and by which name it is waited for where it is not."""
    own = Named(package.concerns, package.reference, package.issued_date)
    document = own.found(work, message)
    answered = _answered(work, message, package) if document is None else None
    if answered is None:
        return document, own
    return answered.found(work, message), answered


def _answered(work: Work, message: ExchangeMessage, package: Package) -> Named | None:
    """The one document of its own that the sender of a revocation answers. Of several nobody says
    which: a person chooses."""
    business = package.business
    if business.kind != BusinessKind.REVOKE or business.document_id:
        return None
    senders = set(directory.standing_for(work.office, message.peer_code))
    own = {_named(each) for each in package.response_for if each.organ_code in senders}
    if len(own) != 1:
        return None
    uid, reference, issued_date = own.pop()
    if uid:
        return Named([uid], "")
    return Named([], reference, issued_date) if reference and issued_date else None


def _named(answered: ResponseFor) -> tuple[str, str, date | None]:
    return answered.document_id, nfc(answered.reference), answered.issued_date
