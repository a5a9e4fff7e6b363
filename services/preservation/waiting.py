"""Files of an agency of which something is still missing: listed for its administrators with what
it is, and tried again when they ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select

from domain.errors import NotFound
from domain.roles import Actor
from models.copies import CertifiedCopy
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from models.preservation import Preservation
from services.copies import access as copies
from services.incoming import access as incoming
from services.office import Office
from services.outgoing import access as outgoing
from services.preservation import renewing
from services.preservation.watching import require
from services.unit_of_work import transaction

PER_PAGE = 25


@dataclass(frozen=True)
class Waiting:
    """A file, and its document as far as the list names it: kind, id, reference (or, of an arrival,
    its number). `opens`: the actor may see the document."""

    row: Preservation
    kind: str
    document_id: int | None = None
    reference: str = ""
    number: int | None = None
    opens: bool = False
    enclosed: bool = False


@dataclass(frozen=True)
class Listing:
    """`reasons`: how many files miss what, the most frequent first; `total` of the chosen one."""

    rows: Sequence[Waiting]
    reasons: Mapping[str, int]
    total: int


def listing(office: Office, actor: Actor, reason: str, page: int) -> Listing:
    """One page, the newest first, of those for one reason or for any; three statements, or four
    where copies are among them. Forbidden."""
    require(actor)
    session = office.session()
    grouped = (
        select(Preservation.missing, func.count())
        .where(_missing(actor))
        .group_by(Preservation.missing)
        .order_by(func.count().desc(), Preservation.missing)
    )
    reasons = dict(session.execute(grouped).all())
    wanted = and_(_missing(actor), Preservation.missing == reason) if reason else _missing(actor)
    query = (
        select(
            Preservation,
            OutgoingDocument,
            outgoing.visible(actor),
            IncomingDocument.arrival_number,
            incoming.visible(actor),
            Paper,
        )
        .outerjoin(OutgoingDocument, OutgoingDocument.id == Preservation.outgoing_id)
        .outerjoin(IncomingDocument, IncomingDocument.id == Preservation.incoming_id)
        .outerjoin(Paper, and_(Paper.document_id == IncomingDocument.id, Paper.ordinal == 1))
        .where(wanted)
        .order_by(Preservation.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    found = [_of(*each) for each in session.execute(query)]
    rows = _with_copies(office, actor, found)
    return Listing(rows, reasons, reasons.get(reason, 0) if reason else sum(reasons.values()))


def retry(office: Office, actor: Actor, preservation_id: int | None = None) -> int:
    """Lets the worker try again now: one file, or all of the agency; gives how many, a bounded
    number at a time. Forbidden, NotFound."""
    require(actor)
    with transaction(office, actor) as work:
        wanted, row = and_(_missing(actor), renewing.hopeful(office)), None
        if preservation_id is not None:
            wanted = and_(wanted, Preservation.id == preservation_id)
            row = work.session.scalars(select(Preservation).where(wanted)).one_or_none()
            if row is None:
                raise NotFound("not-found")
        count = renewing.hurry(work, wanted)
        work.audit("admin:stamps_retry", row, files=count)
    return count


def _missing(actor: Actor) -> ColumnElement[bool]:
    return and_(Preservation.agency_id == actor.agency_id, Preservation.missing != "")


def _of(
    row: Preservation,
    sent: OutgoingDocument | None,
    sees_sent: bool | None,
    number: int | None,
    sees_arrived: bool | None,
    paper: Paper | None,
) -> Waiting:
    if sent is not None:
        enclosed = row.file_sha256 != sent.issued_sha256
        return Waiting(
            row, "outgoing", sent.id, sent.reference, opens=bool(sees_sent), enclosed=enclosed
        )
    if paper is not None:
        enclosed = row.file_sha256 != paper.sha256
        seen = bool(sees_arrived)
        return Waiting(row, "incoming", paper.document_id, paper.reference, number, seen, enclosed)
    return Waiting(row, "file")


def _with_copies(office: Office, actor: Actor, found: list[Waiting]) -> list[Waiting]:
    """What belongs to no document is a certified copy."""
    digests = [each.row.file_sha256 for each in found if each.kind == "file"]
    if not digests:
        return found
    query = select(CertifiedCopy, copies.visible(actor)).where(
        CertifiedCopy.agency_id == actor.agency_id, CertifiedCopy.output_sha256.in_(digests)
    )
    known = {copy.output_sha256: (copy, seen) for copy, seen in office.session().execute(query)}
    return [_copy(each, *known.get(each.row.file_sha256, (None, False))) for each in found]


def _copy(waiting: Waiting, copy: CertifiedCopy | None, seen: bool) -> Waiting:
    if copy is None:
        return waiting
    return Waiting(waiting.row, "copy", copy.id, copy.reference, opens=bool(seen))
