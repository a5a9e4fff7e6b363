"""Lines to other axes: a hub joins a higher axis (the national one), or another province's hub, as
a system with an id and a secret there. And the routes: which codes go over which line, or to which
system of ours."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select

from adapters.axis.client import checked_endpoint
from adapters.axis.connectors import Connector, ConnectorKind, Credentials
from adapters.sealing import seal, unseal
from domain.code_routes import is_pattern
from domain.errors import Conflict, Invalid, NotFound, Unavailable
from domain.roles import SYSTEM, Actor
from domain.text import nfc
from models.exchange import OutboxItem, OutboxState
from models.hub import HubAccount
from models.uplinks import CodeRoute, Relay, RelayState, Uplink
from services.connecting import open_line
from services.exchange import links
from services.hub.access import require_manage, require_view
from services.hub.directory import CODE
from services.office import Office
from services.unit_of_work import Work, transaction

POLL = "uplink_poll"
LISTED = 50
IN_TROUBLE = (RelayState.FAILED, RelayState.PARKED)


@dataclass(frozen=True)
class UplinkFields:
    """What an operator types; without a secret the present credentials stay."""

    name: str
    kind: str
    endpoint: str
    system_id: str
    secret: str = ""
    client_id: str = ""
    client_secret: str = ""


@dataclass(frozen=True)
class Overview:
    """All lines with how much waits on each, the routes, the relays that need a person, and the
    systems that a route may lead to."""

    uplinks: Sequence[Uplink]
    waiting: dict[int, int]
    routes: Sequence[CodeRoute]
    troubled: Sequence[Relay]
    accounts: Sequence[HubAccount]


def overview(office: Office, actor: Actor) -> Overview:
    """Raises Forbidden."""
    require_view(actor)
    session = office.session()
    queued = (
        select(Relay.uplink_id, func.count())
        .where(Relay.state == RelayState.QUEUED)
        .group_by(Relay.uplink_id)
    )
    troubled = select(Relay).where(Relay.state.in_(IN_TROUBLE), Relay.problem != "relay-split")
    return Overview(
        uplinks=session.scalars(select(Uplink).order_by(Uplink.name)).all(),
        waiting=dict(session.execute(queued).all()),
        routes=session.scalars(select(CodeRoute).order_by(CodeRoute.pattern)).all(),
        troubled=session.scalars(troubled.order_by(Relay.id.desc()).limit(LISTED)).all(),
        accounts=session.scalars(select(HubAccount).order_by(HubAccount.system_id)).all(),
    )


def load(office: Office, actor: Actor, uplink_id: int) -> Uplink:
    """Raises Forbidden, NotFound."""
    require_view(actor)
    found = office.session().get(Uplink, uplink_id)
    if found is None:
        raise NotFound("not-found")
    return found


def add(office: Office, actor: Actor, fields: UplinkFields) -> int:
    """Raises Forbidden, Invalid: required, endpoint-wrong, directory-code-malformed,
    secret-missing."""
    require_manage(actor)
    with transaction(office, actor) as work:
        uplink = Uplink(created_at=work.now, credentials_sealed=b"")
        work.session.add(uplink)
        _fill(uplink, fields)
        if not fields.secret:
            raise Invalid("secret-missing", field="secret")
        work.session.flush()
        _seal(work, uplink, fields)
        _poll_it(work, uplink)
        work.audit("hub:uplink_edit", uplink, change="add", **_shown(uplink))
        return uplink.id


def edit(office: Office, actor: Actor, uplink_id: int, fields: UplinkFields) -> None:
    """Raises as `add`, and NotFound."""
    require_manage(actor)
    with transaction(office, actor) as work:
        uplink = _load(work, uplink_id)
        _fill(uplink, fields)
        if fields.secret:
            _seal(work, uplink, fields)
        work.audit(
            "hub:uplink_edit",
            uplink,
            change="edit",
            secret_replaced=bool(fields.secret),
            **_shown(uplink),
        )


def set_active(office: Office, actor: Actor, uplink_id: int, active: bool) -> None:
    """Closes or opens a line. What is to go over a closed one waits. Raises Forbidden, NotFound,
    Conflict("wrong-state")."""
    require_manage(actor)
    with transaction(office, actor) as work:
        uplink = _load(work, uplink_id)
        if uplink.is_active == active:
            raise Conflict("wrong-state")
        uplink.is_active, uplink.last_error = active, ""
        change = "open" if active else "close"
        work.audit("hub:uplink_edit", uplink, change=change, name=uplink.name)
        if active:
            _hasten(work, uplink)


def add_route(office: Office, actor: Actor, pattern: str, target: str) -> None:
    """`target` is `uplink:<id>` or `system:<id>`. Raises Forbidden, Invalid("route-malformed" |
    "route-taken" | "route-target-unknown")."""
    require_manage(actor)
    pattern = nfc(pattern)
    if not is_pattern(pattern):
        raise Invalid("route-malformed", field="pattern")
    kind, _, number = target.partition(":")
    table, column = _TARGETS.get(kind, (None, ""))
    with transaction(office, actor) as work:
        known = number.isdecimal() and table and work.session.get(table, int(number))
        if not known:
            raise Invalid("route-target-unknown", field="target")
        if work.session.scalar(select(CodeRoute.id).where(CodeRoute.pattern == pattern)):
            raise Invalid("route-taken", field="pattern", pattern=pattern)
        route = CodeRoute(pattern=pattern, created_at=work.now, **{column: known.id})
        work.session.add(route)
        work.audit("hub:route_edit", route, change="add", pattern=pattern, target=target)


_TARGETS = {"uplink": (Uplink, "uplink_id"), "system": (HubAccount, "account_id")}


def remove_route(office: Office, actor: Actor, route_id: int) -> None:
    """What is under way already goes its way. Raises Forbidden, NotFound."""
    require_manage(actor)
    with transaction(office, actor) as work:
        route = work.session.get(CodeRoute, route_id)
        if route is None:
            raise NotFound("not-found")
        work.audit("hub:route_edit", route, change="remove", pattern=route.pattern)
        work.session.execute(delete(CodeRoute).where(CodeRoute.id == route_id))


def connect(office: Office, uplink_id: int) -> Connector:
    """A client that speaks on this line; no reading transaction stays open over its calls.

    Raises Unavailable("uplink-closed"), SealBroken.
    """
    session = office.session()
    uplink = session.get(Uplink, uplink_id)
    if uplink is None or not uplink.is_active:
        session.rollback()
        raise Unavailable("uplink-closed")
    key = office.settings.node_key
    sealed = unseal(uplink.credentials_sealed, key, _context(uplink_id)).decode()
    kind, endpoint, system_id = uplink.kind, uplink.endpoint, uplink.system_id
    session.rollback()
    return open_line(office, kind, endpoint, system_id, sealed)


def answered(work: Work, uplink_id: int) -> None:
    """The axis there has answered; after an outage what waits on this line is due at once."""
    uplink = work.session.get(Uplink, uplink_id)
    if uplink.last_error:
        uplink.last_error = ""
        _hasten(work, uplink)
    if uplink.last_success_at is None or work.now - uplink.last_success_at > links.NOTED_EVERY:
        uplink.last_success_at = work.now


def troubled(work: Work, uplink_id: int, problem: str) -> None:
    work.session.get(Uplink, uplink_id).last_error = problem[:500]


def ensure_polls(office: Office) -> None:
    """Every line has its repeating poll at the pace of the settings."""
    session = office.session()
    alive = exists().where(
        OutboxItem.kind == POLL,
        OutboxItem.subject_id == Uplink.id,
        OutboxItem.state == OutboxState.DUE,
    )
    missing = session.scalars(select(Uplink.id).where(~alive)).all()
    session.rollback()
    if missing:
        with transaction(office, SYSTEM) as work:
            for uplink in work.session.scalars(select(Uplink).where(~alive)):
                _poll_it(work, uplink)


def _poll_it(work: Work, uplink: Uplink) -> None:
    seconds = work.office.settings.poll_seconds
    work.enqueue(links.QUEUE, POLL, uplink.id, repeat_seconds=seconds)


def _hasten(work: Work, uplink: Uplink) -> None:
    ours = select(Relay.id).where(Relay.uplink_id == uplink.id, Relay.state == RelayState.QUEUED)
    for item in work.session.scalars(
        select(OutboxItem).where(
            OutboxItem.kind == "relay",
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.due_at > work.now,
            OutboxItem.subject_id.in_(ours),
        )
    ):
        item.due_at = work.now


def _fill(uplink: Uplink, fields: UplinkFields) -> None:
    name, system_id = nfc(fields.name), nfc(fields.system_id)
    if not name:
        raise Invalid("required", field="name")
    if fields.kind not in set(ConnectorKind):
        raise Invalid("required", field="kind")
    if not CODE.fullmatch(system_id):
        raise Invalid("directory-code-malformed", field="system_id", recipient=system_id)
    try:
        uplink.endpoint = checked_endpoint(nfc(fields.endpoint))[:500]
    except Invalid:
        raise Invalid("endpoint-wrong", field="endpoint") from None
    uplink.name, uplink.kind, uplink.system_id = name[:500], fields.kind, system_id


def _seal(work: Work, uplink: Uplink, fields: UplinkFields) -> None:
    credentials = Credentials(
        fields.secret.strip(), fields.client_id.strip(), fields.client_secret.strip()
    )
    key = work.office.settings.node_key
    uplink.credentials_sealed = seal(str(credentials).encode(), key, _context(uplink.id))


def _shown(uplink: Uplink) -> dict:
    return {
        "name": uplink.name,
        "kind": uplink.kind,
        "endpoint": uplink.endpoint,
        "system_id": uplink.system_id,
    }


def _load(work: Work, uplink_id: int) -> Uplink:
    uplink = work.session.get(Uplink, uplink_id, with_for_update=True)
    if uplink is None:
        raise NotFound("not-found")
    return uplink


def _context(uplink_id: int) -> str:
    return f"uplink:{uplink_id}"
