"""How many documents are in which state, how many are overdue, and how many came, went and were
completed: today and month by month. The version is the digest of the figures, so that they are told
only when they have changed."""

import hashlib
import json
from datetime import date, datetime, time, timedelta

from sqlalchemy import and_, func, select

from adapters.federation.schema import MONTHS
from domain.dates import VIETNAM
from domain.incoming_flow import IncomingState
from models.exchange import Dispatch
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services.federation.scope import Scope
from services.office import Office

CLOSED = (IncomingState.DONE, IncomingState.REFUSED)
NO_STATUS = "none"


def counters(office: Office, scope: Scope, known: str = "") -> dict:
    """The figures, or null where the caller has them: `known` is the version it has."""
    figures = _figures(office, scope)
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"))
    version = hashlib.sha256(text.encode()).hexdigest()
    return {"version": version, "figures": None if version == known else figures}


def _figures(office: Office, scope: Scope) -> dict:
    incoming = IncomingDocument.agency_id.in_(scope.ids)
    outgoing = OutgoingDocument.agency_id.in_(scope.ids)
    periods = _periods(office.today())
    counted = {
        "incoming": _by_period(office, IncomingDocument.arrived_at, incoming, periods),
        "outgoing": _by_period(office, OutgoingDocument.dispatched_at, outgoing, periods),
        "completed": _by_period(office, IncomingDocument.done_at, incoming, periods),
    }
    rows = [{name: counted[name][at] for name in counted} for at in range(len(periods))]
    months = [
        {"month": f"{since:%Y-%m}"} | row for (since, _), row in zip(periods, rows, strict=True)
    ][1:]
    return {
        "incoming": {
            "states": _by(office, IncomingDocument.state, incoming),
            "overdue": _overdue(office, incoming),
        },
        "outgoing": {"states": _by(office, OutgoingDocument.state, outgoing)},
        "transport": _by_recipient(office, Dispatch.transport_state, outgoing),
        "business": _by_recipient(office, Dispatch.business_state, outgoing),
        "today": rows[0],
        "months": months,
    }


def _by(office: Office, column, *where) -> dict[str, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    return {str(key): number for key, number in office.session().execute(query)}


def _by_recipient(office: Office, column, *where) -> dict[str, int]:
    query = (
        select(column, func.count())
        .join(OutgoingDocument, Dispatch.document_id == OutgoingDocument.id)
        .where(*where)
        .group_by(column)
    )
    return {str(key or NO_STATUS): number for key, number in office.session().execute(query)}


def _overdue(office: Office, *where) -> int:
    late = and_(IncomingDocument.deadline < office.today(), IncomingDocument.state.not_in(CLOSED))
    return office.session().scalar(select(func.count(IncomingDocument.id)).where(late, *where))


def _periods(today: date) -> list[tuple[date, date]]:
    """Today, then the months up to this one, the newest first: first day, and the day after."""
    periods = [(today, today + timedelta(days=1))]
    since, until = today.replace(day=1), (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for _ in range(MONTHS):
        periods.append((since, until))
        since, until = (since - timedelta(days=1)).replace(day=1), since
    return periods


def _by_period(office: Office, column, where, periods: list[tuple[date, date]]) -> list[int]:
    sums = [
        func.count().filter(and_(column >= _midnight(since), column < _midnight(until)))
        for since, until in periods
    ]
    oldest = min(since for since, _ in periods)
    query = select(*sums).where(where, column >= _midnight(oldest))
    return list(office.session().execute(query).one())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=VIETNAM)
