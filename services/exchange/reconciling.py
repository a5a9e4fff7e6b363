"""The job `reconcile`, every night and on demand: compares an agency's registers and packages with
its hub's ledger and with the receipts, by id and by hash, and keeps every difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from domain import permissions
from domain.errors import Conflict
from domain.permissions import Relation
from domain.roles import SYSTEM, Actor
from models.agencies import Agency, HubLink
from models.reconciling import Difference, Reconciliation, ReconciliationState
from services import outbox
from services.exchange import hub_side, links, register_faults, transport
from services.exchange.differences import Comparison, Found, Span
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import Work, transaction

COMPARED = timedelta(days=31)
ON_THE_WAY = timedelta(minutes=2)  # what has just moved may be noted on one side only
KEPT = 2000
PER_PAGE = 50
SHOWN_RUNS = 10
FOUND = "exchange:reconciled"
R = Reconciliation


@dataclass
class Page:
    """The last runs, the one shown, a page of what it found."""

    runs: Sequence[Reconciliation]
    shown: Reconciliation | None
    differences: Sequence[Difference]
    kinds: dict[str, int]

    @property
    def is_running(self) -> bool:
        return bool(self.runs) and self.runs[0].state == ReconciliationState.ASKED


def ask(office: Office, actor: Actor) -> None:
    """Has the actor's agency reconciled now. Raises Forbidden, Conflict("reconciling")."""
    permissions.require(actor, "exchange:reconcile", {Relation.AGENCY})
    with transaction(office, actor) as work:
        running = select(R.id).where(
            R.agency_id == actor.agency_id, R.state == ReconciliationState.ASKED
        )
        if work.session.scalar(running.limit(1)) is not None:
            raise Conflict("reconciling")
        _start(work, actor.agency_id, actor.name)


def _start(work: Work, agency_id: int, asked_by: str) -> None:
    run = Reconciliation(
        agency_id=agency_id, asked_by=asked_by, since=work.now - COMPARED, asked_at=work.now
    )
    work.session.add(run)
    work.session.flush()
    work.enqueue(links.APART, "reconcile", run.id)


def reconcile(office: Office, lease: Lease) -> None:
    """The nightly item asks for one comparison of each agency; the others do one."""
    if lease.subject_id == links.WHOLE_NODE:
        _start_all(office, lease)
    else:
        _compare(office, lease)


def _start_all(office: Office, lease: Lease) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease, links.night(office, work.now))
        # A hub that knew no receipts may have learnt of them.
        unsigned = update(HubLink).where(HubLink.receipt_key_id == links.NO_RECEIPTS)
        work.session.execute(unsigned.values(receipt_key_id=""))
        for agency_id in work.session.scalars(select(Agency.id).where(Agency.is_active)).all():
            _start(work, agency_id, SYSTEM.name)


def _compare(office: Office, lease: Lease) -> None:
    session = office.session()
    run = session.get(Reconciliation, lease.subject_id)
    if run is None or run.state == ReconciliationState.DONE:
        with transaction(office, SYSTEM) as work:
            return outbox.settle(work, lease)
    agency_id, since = run.agency_id, run.since
    now = office.now()
    span = Span(agency_id, since, now - ON_THE_WAY, now)
    side = hub_side.ask(office, agency_id, since, span.cut)
    year = since.year
    comparison = Comparison(session, office.files, span, side)
    found = [*comparison.found(), *register_faults.found(session, agency_id, year)]
    numbers = register_faults.counted(session, agency_id, year)
    checked = comparison.checked | {"numbers": numbers}
    session.rollback()
    return _write(office, lease, found, checked, side.problem)


def _write(
    office: Office, lease: Lease, found: list[Found], checked: dict[str, int], problem: str
) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)
        run = work.session.get(Reconciliation, lease.subject_id)
        run.state, run.finished_at = ReconciliationState.DONE, work.now
        run.checked, run.differences, run.problem = checked, len(found), problem[:500]
        work.session.add_all(
            Difference(
                reconciliation_id=run.id,
                kind=each.kind,
                details=each.details,
                subject_type=each.subject_type,
                subject_id=each.subject_id,
            )
            for each in found[:KEPT]
        )
        work.audit(FOUND, run, differences=len(found), checked=checked, problem=problem[:500])
        if found and len(found) != _last_time(work, run):
            transport.tell_clerks(work, run.agency_id, FOUND, run, differences=len(found))


def _last_time(work: Work, run: Reconciliation) -> int | None:
    """How many differences the run before has told of: the same again is no news."""
    query = select(R.differences).where(
        R.agency_id == run.agency_id, R.id < run.id, R.state == ReconciliationState.DONE
    )
    return work.session.scalar(query.order_by(R.id.desc()).limit(1))


def page(office: Office, actor: Actor, run_id: int | None, number: int) -> Page:
    """The newest runs of the actor's agency and what one of them, else the newest that is done,
    has found. Raises Forbidden."""
    permissions.require(actor, "exchange:view", {Relation.AGENCY})
    session = office.session()
    newest = select(R).where(R.agency_id == actor.agency_id).order_by(R.id.desc())
    runs = session.scalars(newest.limit(SHOWN_RUNS)).all()
    done = [run for run in runs if run.state == ReconciliationState.DONE]
    shown = next((run for run in done if run.id == run_id), done[0] if done else None)
    if shown is None:
        return Page(runs, None, (), {})
    mine = Difference.reconciliation_id == shown.id
    kinds = select(Difference.kind, func.count()).where(mine).group_by(Difference.kind)
    rows = select(Difference).where(mine).order_by(Difference.kind, Difference.id)
    return Page(
        runs,
        shown,
        session.scalars(rows.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all(),
        dict(session.execute(kinds).all()),
    )
