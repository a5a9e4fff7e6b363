"""Reading copies: one with all its page needs, and the list of what the actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import joinedload

from domain.copy_flow import COPY_FLOW, CopyState
from domain.roles import Actor
from domain.text import fold
from models.agencies import Appointment
from models.audit import AuditEntry
from models.copies import CertifiedCopy
from services.copies import access, waiting
from services.office import Office
from services.search import contains

PER_PAGE = 30
S = CopyState
TABS: dict[str, frozenset[CopyState]] = {
    "all": frozenset(S),
    "requested": frozenset({S.REQUESTED}),
    "approved": frozenset({S.APPROVED, S.SIGNING, S.NUMBERED}),
    "issued": frozenset({S.ISSUED}),
    "closed": frozenset({S.REFUSED, S.CANCELLED}),
}
HISTORY = frozenset({"copy:create"}) | {f"copy:{action}" for action in COPY_FLOW.actions}


@dataclass(frozen=True)
class Listing:
    rows: Sequence[CertifiedCopy]
    total: int
    page: int
    tab: str
    counts: dict[str, int]


def load(office: Office, actor: Actor, copy_id: int) -> CertifiedCopy:
    """NotFound when the actor may not see it."""
    return access.find(office.session(), actor, copy_id)


def listing(
    office: Office,
    actor: Actor,
    tab: str = "all",
    text: str = "",
    page: int = 1,
    *,
    mine: bool = False,
) -> Listing:
    """One page of the copies the actor may see, newest step first; `mine`: that wait for them."""
    session = office.session()
    where = [access.visible(actor)]
    if mine:
        where.append(or_(false(), *waiting.conditions(actor).values()))
    if words := fold(text).split():
        where.append(contains(CertifiedCopy.search_text, words))
    by_state = dict(
        session.execute(
            select(CertifiedCopy.state, func.count()).where(*where).group_by(CertifiedCopy.state)
        ).all()
    )
    counts = {key: sum(by_state.get(s, 0) for s in states) for key, states in TABS.items()}
    tab = tab if tab in TABS else "all"
    page = max(1, min(page, (counts[tab] + PER_PAGE - 1) // PER_PAGE))
    rows = session.scalars(
        select(CertifiedCopy)
        .where(*where, CertifiedCopy.state.in_(TABS[tab]))
        .options(
            joinedload(CertifiedCopy.requester),
            joinedload(CertifiedCopy.signer).joinedload(Appointment.person),
        )
        .order_by(CertifiedCopy.updated_at.desc(), CertifiedCopy.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return Listing(rows, counts[tab], page, tab, counts)


def history(office: Office, copy: CertifiedCopy) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(
        AuditEntry.subject_type == CertifiedCopy.__tablename__,
        AuditEntry.subject_id == copy.id,
        AuditEntry.tag.in_(HISTORY),
    )
    return office.session().scalars(query.order_by(AuditEntry.sequence)).all()
