"""The nodes as the hub's operators see them: the worst first, and one with what it told last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from domain.errors import NotFound
from domain.federation import RANK, Facts, Standing, standing
from domain.roles import Actor
from models.federation import NodeReport, NodeSite, NodeStatus
from models.hub import Delivery
from services.hub import lookup
from services.hub.access import require_view
from services.hub.deliveries import UNFINISHED
from services.office import Office

PER_PAGE = 25
REPORTS_SHOWN = 20
STATUSES_SHOWN = 30


@dataclass(frozen=True)
class SiteRow:
    """A node, how it stands, and what waits for its agencies here at the hub."""

    site: NodeSite
    name: str
    standing: Standing
    waiting_here: int = 0
    oldest_here: datetime | None = None

    @property
    def backlog(self) -> int:
        return self.site.waiting_out + self.waiting_here


@dataclass(frozen=True)
class SitePage:
    row: SiteRow
    report: NodeReport | None
    reports: Sequence[NodeReport]
    statuses: Sequence[NodeStatus]
    names: Mapping[str, str]


def listing(office: Office, actor: Actor, page: int) -> tuple[list[SiteRow], int, dict[str, int]]:
    """One page, how many there are, and how many of each standing. Raises Forbidden."""
    require_view(actor)
    sites = office.session().scalars(select(NodeSite).options(defer(NodeSite.counters))).all()
    names = lookup.names(office, [site.system_id for site in sites])
    waiting = _waiting(office)
    rows = sorted((_row(office, site, names, waiting) for site in sites), key=_worst_first)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.standing] = counts.get(row.standing, 0) + 1
    return rows[(page - 1) * PER_PAGE : page * PER_PAGE], len(rows), counts


def site(office: Office, actor: Actor, site_id: int) -> SitePage:
    """Raises Forbidden, NotFound."""
    require_view(actor)
    session = office.session()
    found = session.get(NodeSite, site_id)
    if found is None:
        raise NotFound("not-found")
    reports = session.scalars(
        select(NodeReport)
        .where(NodeReport.site_id == site_id)
        .order_by(NodeReport.id.desc())
        .limit(REPORTS_SHOWN)
    ).all()
    statuses = session.scalars(
        select(NodeStatus)
        .where(NodeStatus.site_id == site_id)
        .order_by(NodeStatus.sequence.desc())
        .limit(STATUSES_SHOWN)
    ).all()
    named = {found.system_id, *found.agencies, *(p for each in statuses for p in each.peers)}
    names = lookup.names(office, named)
    row = _row(office, found, names, _waiting(office))
    return SitePage(row, reports[0] if reports else None, reports, statuses, names)


def _row(office: Office, site: NodeSite, names: Mapping[str, str], waiting: Mapping) -> SiteRow:
    here = [waiting[code] for code in {site.system_id, *site.agencies} if code in waiting]
    facts = Facts(
        contradicted=site.contradicted_at is not None,
        failures=site.failures,
        heard_at=site.last_success_at,
        oldest_out_at=site.oldest_out_at,
        oldest_in_at=site.oldest_in_at,
        ailing=site.is_ailing,
    )
    return SiteRow(
        site=site,
        name=site.name or names.get(site.system_id, site.system_id),
        standing=standing(facts, office.now(), pace(office)),
        waiting_here=sum(number for number, _ in here),
        oldest_here=min((at for _, at in here), default=None),
    )


def pace(office: Office) -> timedelta:
    return timedelta(seconds=office.settings.federation_seconds)


def _worst_first(row: SiteRow) -> tuple:
    since = [at for at in (row.site.oldest_out_at, row.site.oldest_in_at) if at]
    oldest = min(since).timestamp() if since else float("inf")
    return (RANK[row.standing], -row.site.failures, oldest, -row.backlog, row.site.system_id)


def _waiting(office: Office) -> dict[str, tuple[int, datetime]]:
    query = (
        select(Delivery.recipient_code, func.count(), func.min(Delivery.created_at))
        .where(Delivery.state.in_(UNFINISHED))
        .group_by(Delivery.recipient_code)
    )
    return {code: (number, at) for code, number, at in office.session().execute(query)}
