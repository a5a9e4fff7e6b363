"""What nodes told, as the hub keeps it, whether it asked or was told: the newest figures on the
site, a bounded history of reports, statuses by their number in the node's chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from adapters.federation.asking import Told
from adapters.federation.errors import NotAnswered, Refused
from domain.roles import SYSTEM, Role
from models.federation import NodeReport, NodeSite, NodeStatus
from models.hub import LodgedHead
from services.accounts import posts
from services.federation import moments
from services.office import Office
from services.unit_of_work import Work, transaction

KEPT_REPORTS = 100
KEPT_STATUSES = timedelta(days=400)
TIDY_EVERY = 20  # reports
LARGEST_NUMBER = 2**31 - 1
CONTRADICTED = "hub:head_contradicts"


@dataclass(frozen=True)
class Arrived:
    """A report that was read, how it came, and the newest head that the node had lodged itself."""

    report: dict
    asked_at: datetime
    lodged: LodgedHead | None = None
    took_ms: int = 0
    was_pushed: bool = False


def known(office: Office, system_id: str) -> dict:
    """How far what this node told reaches. Raises Refused("federation-site-unknown")."""
    return _reach(_of_system(office.session(), system_id))


def told(office: Office, system_id: str, report: dict) -> dict:
    """Keeps what a node told by itself; gives how far it reaches now.

    Raises Refused("federation-site-unknown" | "federation-cursor" | "federation-body").
    """
    with transaction(office, SYSTEM) as work:
        site = _of_system(work.session, system_id, with_for_update=True)
        if int(report["statuses"]["cursor"]) != site.cursor:
            raise Refused("federation-cursor", 409)
        try:
            lodged = _lodged(work, [system_id]).get(system_id)
            keep(work, site, Arrived(report, work.now, lodged, was_pushed=True))
        except NotAnswered:
            raise Refused("federation-body", 400) from None
        return _reach(site)


def _of_system(session, system_id: str, **options: bool) -> NodeSite:
    query = select(NodeSite).where(NodeSite.system_id == system_id)
    if options:
        query = query.with_for_update()
    site = session.scalars(query).one_or_none()
    if site is None:
        raise Refused("federation-site-unknown", 403)
    return site


def _reach(site: NodeSite) -> dict:
    version = site.counters_version or None
    return {"cursor": site.cursor, "counters": version, "head": site.head_sequence}


def note(work: Work, answers: Sequence[Told]) -> None:
    """Writes what became of some of the nodes that were asked. A report that cannot be kept is one
    node's failure and no other's."""
    query = select(NodeSite).where(NodeSite.id.in_([each.key for each in answers]))
    sites = {site.id: site for site in work.session.scalars(query.with_for_update())}
    lodged = _lodged(work, [site.system_id for site in sites.values()])
    for answer in answers:
        site = sites.get(answer.key)  # gone meanwhile: nobody waits for it
        if site is not None:
            _note(work, site, answer, lodged.get(site.system_id))


def _lodged(work: Work, system_ids: Sequence[str]) -> dict[str, LodgedHead]:
    """The newest head that each of them has lodged by itself."""
    newest = select(func.max(LodgedHead.id)).where(LodgedHead.system_id.in_(system_ids))
    heads = select(LodgedHead).where(LodgedHead.id.in_(newest.group_by(LodgedHead.system_id)))
    return {head.system_id: head for head in work.session.scalars(heads)}


def _note(work: Work, site: NodeSite, answer: Told, lodged: LodgedHead | None) -> None:
    if answer.report is None:
        failed(work, site, answer.problem)
        return
    try:
        with work.session.begin_nested():
            keep(work, site, Arrived(answer.report, answer.asked_at, lodged, answer.took_ms))
    except NotAnswered as error:
        failed(work, site, error.problem)


def failed(work: Work, site: NodeSite, problem: str) -> None:
    site.failures += 1
    site.last_failure_at, site.problem = work.now, problem[:500]


def keep(work: Work, site: NodeSite, arrived: Arrived) -> None:
    """Raises NotAnswered for what no node of ours would say."""
    report = arrived.report
    _keep_statuses(work, site, report["statuses"])
    _keep_figures(site, report)
    _keep_head(work, site, arrived)
    site.last_success_at, site.failures, site.problem = work.now, 0, ""
    row = NodeReport(
        site_id=site.id,
        at=work.now,
        was_pushed=arrived.was_pushed,
        took_ms=arrived.took_ms,
        health=report["health"],
        counters_version=site.counters_version,
        head_sequence=site.head_sequence,
        head_hash=site.head_hash,
        statuses=len(report["statuses"]["items"]),
    )
    work.session.add(row)
    work.session.flush()
    if row.id % TIDY_EVERY == 0:
        _forget(work, site)


def _keep_figures(site: NodeSite, report: dict) -> None:
    health, counters = report["health"], report["counters"]
    if counters["figures"] is not None:
        site.counters, site.counters_version = counters["figures"], counters["version"]
    undelivered = health["undelivered"]
    site.agencies = report["node"]["agencies"]
    site.waiting_out, site.oldest_out_at = _heap(undelivered["out"])
    site.waiting_in, site.oldest_in_at = _heap(undelivered["in"])
    dead = [worker for worker in health["workers"] if not worker["alive"]]
    site.is_ailing = bool(dead) or not health["database"]["ok"]


def _heap(heap: dict) -> tuple[int, datetime | None]:
    return min(int(heap["count"]), LARGEST_NUMBER), _moment(heap["oldest_at"])


def _moment(text: str | None) -> datetime | None:
    try:
        return moments.read(text)
    except ValueError:
        raise NotAnswered("federation-answer-bad:time") from None


def _keep_statuses(work: Work, site: NodeSite, statuses: dict) -> None:
    """Those after the cursor; where another report has moved it meanwhile, they come again."""
    if int(statuses["cursor"]) != site.cursor:
        return
    items, last = statuses["items"], site.cursor
    for item in items:
        if not last < item["sequence"] <= statuses["next_cursor"]:
            raise NotAnswered("federation-answer-bad:sequence")
        last = item["sequence"]
    if items:
        # After a restored backup a node uses its numbers again.
        after = (NodeStatus.site_id == site.id, NodeStatus.sequence > site.cursor)
        work.session.execute(delete(NodeStatus).where(*after))
        work.session.execute(insert(NodeStatus), [_status(site, item) for item in items])
    site.cursor = int(statuses["next_cursor"])


def _status(site: NodeSite, item: dict) -> dict:
    return {
        "site_id": site.id,
        "sequence": int(item["sequence"]),
        "at": _moment(item["at"]),
        "event": item["event"],
        "kind": item["kind"],
        "direction": item["direction"],
        "document": item["document"],
        "agency_code": item["agency"],
        "peers": item["peers"],
        "code": item["code"],
    }


def _keep_head(work: Work, site: NodeSite, arrived: Arrived) -> None:
    """A chain only grows: what was told of it must still hold, and what was lodged too."""
    head = arrived.report["audit_head"]
    sequence, digest = int(head["sequence"]), head["hash"]
    is_another = _goes_back(sequence, digest, site.head_sequence, site.head_hash) or _is_rewritten(
        site, head["known"]
    )
    if is_another:
        site.cursor = 0  # its numbers mean other entries now: they are asked for from the beginning
    speaks_against = is_another or _contradicts_lodged(arrived, sequence, digest)
    site.head_sequence, site.head_hash = sequence, digest
    if speaks_against and site.contradicted_at is None:
        site.contradicted_at = work.now
        work.audit(CONTRADICTED, site, system_id=site.system_id, sequence=sequence)
        for post in posts.holders(work.session, None, {Role.OPERATOR}, work.office.today()):
            work.notify(post.person_id, CONTRADICTED, site, site.system_id)


def _goes_back(sequence: int, digest: str, before: int, before_digest: str) -> bool:
    return sequence < before or (sequence == before and before > 0 and digest != before_digest)


def _is_rewritten(site: NodeSite, told_of: dict | None) -> bool:
    asked = told_of is not None and site.head_sequence > 0
    return asked and told_of["sequence"] == site.head_sequence and told_of["hash"] != site.head_hash


def _contradicts_lodged(arrived: Arrived, sequence: int, digest: str) -> bool:
    """One lodged after the question was put may be ahead of the answer."""
    lodged = arrived.lodged
    if lodged is None or lodged.at >= arrived.asked_at or lodged.contradicts:
        return False
    return _goes_back(sequence, digest, lodged.sequence, lodged.hash)


def _forget(work: Work, site: NodeSite) -> None:
    newest = (
        select(NodeReport.id)
        .where(NodeReport.site_id == site.id)
        .order_by(NodeReport.id.desc())
        .limit(1)
        .offset(KEPT_REPORTS)
    )
    last = work.session.scalar(newest)
    if last is not None:
        older = (NodeReport.site_id == site.id, NodeReport.id <= last)
        work.session.execute(delete(NodeReport).where(*older))
    old = (NodeStatus.site_id == site.id, NodeStatus.at < work.now - KEPT_STATUSES)
    work.session.execute(delete(NodeStatus).where(*old))
