"""The systems on the axis as the operator sees them: who calls, what waits for each, how long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from domain.roles import Actor
from models.hub import Delivery, HubAccount
from services.hub import audit_heads, lookup
from services.hub.access import require_view
from services.hub.deliveries import UNFINISHED
from services.office import Office


@dataclass(frozen=True)
class NodeRow:
    """A recipient: its account, if it has one, and what it has not fetched or not finished."""

    system_id: str
    name: str
    account: HubAccount | None
    waiting: int = 0
    oldest: datetime | None = None
    contradicted_at: datetime | None = None  # the last time its audit chain spoke against itself


@dataclass
class _Waiting:
    count: int = 0
    oldest: datetime | None = field(default=None)


def nodes(office: Office, actor: Actor) -> list[NodeRow]:
    """Every system with an account, and every recipient without one for which something waits;
    those whose oldest waits longest come first. Raises Forbidden."""
    require_view(actor)
    accounts = {a.system_id: a for a in office.session().scalars(select(HubAccount))}
    waiting = _waiting(office)
    codes = accounts.keys() | waiting.keys()
    names = lookup.names(office, codes)
    contradicted = audit_heads.contradictions(office)
    rows = [_node(code, names, accounts, waiting, contradicted.get(code)) for code in codes]
    never = office.now()
    return sorted(rows, key=lambda row: (row.oldest or never, row.system_id))


def _node(
    code: str,
    names: Mapping[str, str],
    accounts: Mapping[str, HubAccount],
    waiting: Mapping[str, _Waiting],
    contradicted_at: datetime | None,
) -> NodeRow:
    held, name = waiting.get(code, _Waiting()), names.get(code, code)
    return NodeRow(code, name, accounts.get(code), held.count, held.oldest, contradicted_at)


def _waiting(office: Office) -> dict[str, _Waiting]:
    query = (
        select(Delivery.recipient_code, func.count(), func.min(Delivery.created_at))
        .where(Delivery.state.in_(UNFINISHED))
        .group_by(Delivery.recipient_code)
    )
    rows: Iterable = office.session().execute(query).all()
    return {code: _Waiting(number, oldest) for code, number, oldest in rows}
