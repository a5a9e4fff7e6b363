"""The job `lodge_head`: leaves the head of this node's audit chain with the hub over every line,
after comparing what lies there with the chain (law 9). A hub of another make has no such place;
then nothing is lodged and nothing is wrong."""

from dataclasses import dataclass

import structlog
from sqlalchemy import select

from adapters.axis.errors import AxisError
from domain.errors import Refusal
from domain.roles import SYSTEM, Role
from models.agencies import Agency, HubLink
from models.audit import Notification
from services import audit_chain, outbox
from services.accounts import posts
from services.audit_chain import Fault
from services.exchange import links
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

log = structlog.get_logger()
CONTRADICTED = "admin:head_contradicts"


@dataclass(frozen=True)
class Comparison:
    """Where the chain is not what was lodged; and the lines that did not answer, so that nothing is
    known of what lies there: agency id and why."""

    faults: list[Fault]
    silent: dict[int, str]


def lodge_head(office: Office, lease: Lease) -> None:
    """Raises LeaseLost; a hub that is away or refuses is asked again at the next round."""
    compared = compare(office)
    sequence, digest = audit_chain.head(office.session())
    for agency_id in _lines(office):
        if agency_id in compared.silent:
            continue
        try:
            with links.connect(office, agency_id) as axis:
                axis.lodge_audit_head(sequence, digest)
        except (AxisError, Refusal) as error:
            log.warning("audit head not lodged", agency_id=agency_id, error=str(error))
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        if compared.faults:
            _tell_administrators(work, compared.faults)


def compare(office: Office) -> Comparison:
    """Asks over every line what lies there and looks for it in the chain."""
    lodged: set[tuple[int, str]] = set()
    silent = {}
    for agency_id in _lines(office):
        try:
            with links.connect(office, agency_id) as axis:
                heads = axis.audit_heads()
        except (AxisError, Refusal) as error:
            silent[agency_id] = links.problem_of(error)
            log.warning("audit heads not read", agency_id=agency_id, error=silent[agency_id])
            continue
        lodged |= {(head.sequence, head.hash) for head in heads if head.sequence and head.hash}
    return Comparison(list(audit_chain.contradicted(office.session(), lodged)), silent)


def _lines(office: Office) -> list[int]:
    found = office.session().scalars(select(HubLink.agency_id).order_by(HubLink.id)).all()
    office.session().rollback()
    return list(found)


def _tell_administrators(work: Work, faults: list[Fault]) -> None:
    """Once, until it was read: the fault stays, and this job comes again every hour."""
    sequences = [fault.sequence for fault in faults[:20]]
    work.audit(CONTRADICTED, None, sequences=sequences)
    unread = select(Notification.person_id).where(
        Notification.kind == CONTRADICTED, Notification.read_at.is_(None)
    )
    told = set(work.session.scalars(unread))
    for post in posts.holders(work.session, None, {Role.ADMINISTRATOR}, work.office.today()):
        if post.person_id not in told:
            agency = work.session.get(Agency, post.agency_id)
            work.notify(post.person_id, CONTRADICTED, agency, agency.name, sequences=sequences)
            told.add(post.person_id)
