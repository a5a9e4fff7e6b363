"""The nodes that the hub asks or hears, as its operators administer them."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from adapters.federation import addresses
from domain.errors import Conflict, Invalid, NotFound
from domain.roles import Actor
from domain.text import nfc
from models.exchange import OutboxItem, OutboxState
from models.federation import NodeReport, NodeSite, NodeStatus
from models.hub import HubAccount
from services.federation.schedule import ASK, QUEUE
from services.hub.access import require_manage
from services.office import Office
from services.unit_of_work import Work, transaction

ALL = 0


@dataclass(frozen=True)
class SiteFields:
    """As typed. Without an address the node tells by itself."""

    system_id: str
    name: str
    address: str


def add(office: Office, actor: Actor, fields: SiteFields) -> int:
    """Raises Forbidden, Invalid("federation-no-account" | "federation-site-exists" |
    "federation-address-wrong" | "federation-address-http")."""
    require_manage(actor)
    with transaction(office, actor) as work:
        site = NodeSite(created_at=work.now)
        _fill(work, site, fields)
        work.session.add(site)
        work.session.flush()
        work.audit("hub:site_add", site, **_told(site))
        return site.id


def change(office: Office, actor: Actor, site_id: int, fields: SiteFields) -> None:
    """Another system id is another node: what the old one told is asked for from the beginning.
    Raises as `add`, and NotFound."""
    require_manage(actor)
    with transaction(office, actor) as work:
        site = _load(work, site_id)
        before = site.system_id
        _fill(work, site, fields)
        if site.system_id != before:
            _forget(work, site)
        work.audit("hub:site_edit", site, **_told(site))


def remove(office: Office, actor: Actor, site_id: int) -> None:
    """The node with all it told. Raises Forbidden, NotFound."""
    require_manage(actor)
    with transaction(office, actor) as work:
        site = _load(work, site_id)
        work.audit("hub:site_remove", site, **_told(site))
        _forget(work, site)
        work.session.delete(site)


def clear(office: Office, actor: Actor, site_id: int, reason: str) -> None:
    """A person has found out why the chain contradicted itself, and says so.

    Raises Forbidden, NotFound, Invalid("required"), Conflict("wrong-state")."""
    require_manage(actor)
    reason = nfc(reason).strip()
    if not reason:
        raise Invalid("required", field="reason")
    with transaction(office, actor) as work:
        site = _load(work, site_id)
        if site.contradicted_at is None:
            raise Conflict("wrong-state")
        site.contradicted_at = None
        work.audit("hub:site_clear", site, system_id=site.system_id, reason=reason[:500])


def ask_now(office: Office, actor: Actor, site_id: int = ALL) -> None:
    """Wakes a worker to ask this node, or all. Pressed twice, it is asked once.

    Raises Forbidden, NotFound, Conflict("federation-no-address")."""
    require_manage(actor)
    with transaction(office, actor) as work:
        if site_id != ALL and not _load(work, site_id).address:
            raise Conflict("federation-no-address")
        waiting = select(OutboxItem.id).where(
            OutboxItem.kind == ASK,
            OutboxItem.subject_id == site_id,
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.repeat_seconds == 0,
        )
        if work.session.scalar(waiting) is None:
            work.enqueue(QUEUE, ASK, site_id, priority=1)


def _load(work: Work, site_id: int) -> NodeSite:
    site = work.session.get(NodeSite, site_id, with_for_update=True)
    if site is None:
        raise NotFound("not-found")
    return site


def _fill(work: Work, site: NodeSite, fields: SiteFields) -> None:
    code = nfc(fields.system_id).strip()
    if work.session.scalar(select(HubAccount.id).where(HubAccount.system_id == code)) is None:
        raise Invalid("federation-no-account", field="system_id", recipient=code[:35])
    with work.session.no_autoflush:
        same = select(NodeSite.id).where(NodeSite.system_id == code, NodeSite.id != (site.id or 0))
        if work.session.scalar(same):
            raise Invalid("federation-site-exists", field="system_id", recipient=code)
    allow_http = work.office.settings.federation_http
    address = fields.address.strip()
    site.address = addresses.checked(address, allow_http) if address else ""
    site.system_id, site.name = code, nfc(fields.name).strip()[:500]


def _forget(work: Work, site: NodeSite) -> None:
    for table in (NodeReport, NodeStatus):
        work.session.execute(delete(table).where(table.site_id == site.id))
    site.cursor, site.counters_version, site.counters = 0, "", None
    site.head_sequence, site.head_hash, site.agencies = 0, "", []
    site.last_success_at = site.last_failure_at = site.contradicted_at = None
    site.failures, site.problem = 0, ""


def _told(site: NodeSite) -> dict:
    return {"system_id": site.system_id, "name": site.name, "address": site.address}
