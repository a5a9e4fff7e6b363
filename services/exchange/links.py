"""The line from an agency to its hub: address, system id, sealed secret, what was last heard; and
the polls that keep every line busy."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import bindparam, exists, func, select, update

from adapters.axis.connectors import Connector, ConnectorKind
from adapters.axis.errors import AxisError, PermanentAxisError
from adapters.sealing import SealBroken, seal, unseal
from domain.dates import next_night
from domain.errors import Refusal, Unavailable
from domain.roles import SYSTEM
from models.agencies import HubLink
from models.exchange import ExchangeMessage, OutboxItem, OutboxState
from services.connecting import open_line
from services.exchange import circuits
from services.office import Office
from services.unit_of_work import Work, transaction

QUEUE = "exchange"
INSIDE = "signing"  # work that needs nobody outside: it never waits behind a hub that hangs
APART = "inspection"  # work that reads much: sending never waits behind it
DAY_SECONDS = 24 * 3600
AFTER_DOCUMENTS = -1  # priority: in a rush documents arrive first, then what is told of them
NO_RECEIPTS = "-"  # for a key of ours: this hub passes no receipts on
WHOLE_NODE = 0  # the subject of work that is not about one row
HUB_AWAY = "hub-away"
NOTED_EVERY = timedelta(seconds=30)
OF_AGENCY = select(HubLink).where(HubLink.agency_id == bindparam("agency_id"))


def set_link(
    work: Work,
    agency_id: int,
    endpoint: str,
    system_id: str,
    secret: str,
    kind: str = ConnectorKind.AXIS,
) -> HubLink:
    """Makes or changes the agency's line to its hub; the secret is sealed under the node key."""
    link = of_agency(work.session, agency_id)
    if link is None:
        link = HubLink(agency_id=agency_id)
        work.session.add(link)
    point(link, endpoint, system_id, kind)
    link.secret_sealed = seal(secret.encode(), work.office.settings.node_key, _context(agency_id))
    work.session.flush()
    return link


def point(link: HubLink, endpoint: str, system_id: str, kind: str | None = None) -> None:
    """Another hub has another directory: its changes are asked for from the beginning."""
    if link.endpoint != endpoint:
        link.directory_version = link.receipts_seen = 0
        link.receipt_key_id = ""
    link.endpoint, link.system_id = endpoint, system_id
    link.kind = kind or link.kind


def of_agency(session, agency_id: int) -> HubLink | None:
    return session.scalars(OF_AGENCY, {"agency_id": agency_id}).one_or_none()


def is_of_ours(session, agency_id: int) -> bool:
    """Whether the agency's hub is one of this program: it passes receipts on."""
    link = of_agency(session, agency_id)
    return link is not None and link.receipt_key_id not in ("", NO_RECEIPTS)


def connect(office: Office, agency_id: int, probing: bool = False) -> Connector:
    """A client that speaks for the agency; no reading transaction stays open over its calls.
    `probing`: the caller tells `answered` or `troubled` what came of it, so it may try a hub that
    did not answer.

    Raises Unavailable("hub-link-missing"), circuits.Resting, SealBroken.
    """
    link = _line(office, agency_id)
    circuits.enter(office, link.endpoint, probing)
    return _open(office, link)


def connect_on(office: Office, agency_id: int) -> Connector:
    """As `connect`, for the second and every further agency of one visit at a hub."""
    return _open(office, _line(office, agency_id))


def _line(office: Office, agency_id: int) -> HubLink:
    link = of_agency(office.session(), agency_id)
    if link is None:
        raise Unavailable("hub-link-missing")
    return link


def _open(office: Office, link: HubLink) -> Connector:
    secret = secret_of(office, link)
    kind, endpoint, system_id = link.kind, link.endpoint, link.system_id
    office.session().rollback()
    return open_line(office, kind, endpoint, system_id, secret)


@dataclass(frozen=True)
class Party:
    """The lines of this node to one hub: the agency of each code, and the secrets of the codes. The
    first that has one calls, and speaks for the others too where the hub knows how
    (adapters/axis/proofs.py). A hub that knows receipts knows that."""

    agencies: Mapping[str, int]
    secrets: Mapping[str, str]
    knows_receipts: bool = False

    @property
    def caller(self) -> int | None:
        return next((self.agencies[code] for code in self.secrets), None)

    @property
    def others(self) -> dict[str, str]:
        return dict(list(self.secrets.items())[1:])


def leads(session) -> list[int]:
    """One line for each hub, the oldest: it is polled for all lines to that hub."""
    return list(session.scalars(select(func.min(HubLink.id)).group_by(HubLink.endpoint)))


def party(office: Office, lead: HubLink) -> Party:
    """All lines to the hub of `lead`, oldest first. One whose secret cannot be opened has none: a
    call of its own will tell why."""
    agencies, secrets, knows_receipts, session = {}, {}, False, office.session()
    beside = select(HubLink).where(HubLink.endpoint == lead.endpoint).order_by(HubLink.id)
    for link in session.scalars(beside):
        agencies[link.system_id] = link.agency_id
        knows_receipts = knows_receipts or link.receipt_key_id not in ("", NO_RECEIPTS)
        with suppress(SealBroken):
            secrets[link.system_id] = secret_of(office, link)
    session.rollback()
    return Party(agencies, secrets, knows_receipts)


def secret_of(office: Office, link: HubLink) -> str:
    """The secret in clear, for as long as a call takes; raises SealBroken."""
    key = office.settings.node_key
    return unseal(link.secret_sealed, key, _context(link.agency_id)).decode()


def answered(work: Work, agency_id: int, polled: bool = False) -> None:
    """The hub has answered. After an outage what waits on this line is due at once. A single call
    that went well ends an outage, only a whole poll (`polled`) ends every other trouble."""
    link = of_agency(work.session, agency_id)
    if link is None:
        return
    circuits.succeeded(work, link.endpoint)
    if link.last_error and (polled or link.last_error.startswith(HUB_AWAY)):
        link.last_error = ""
        _hasten(work, agency_id)
    last = link.last_success_at
    if last is None or work.now - last > NOTED_EVERY:
        link.last_success_at = work.now


def troubled(work: Work, agency_id: int, problem: str, counts: bool = True) -> None:
    """The hub has not answered, would not have us, or keeps what we could not take. Of several
    agencies on one visit one `counts`."""
    link = of_agency(work.session, agency_id)
    if link is not None:
        link.last_error = problem[:500]
        if counts and problem.startswith(HUB_AWAY):
            circuits.failed(work, link.endpoint, problem)


def problem_of(error: AxisError | Refusal) -> str:
    """A failed call as it is kept: `axis:<code>:<words>`, `hub-away:<what>` or a refusal's code."""
    if isinstance(error, PermanentAxisError):
        return f"axis:{error.code}:{error.desc}"
    return error.code if isinstance(error, Refusal) else f"{HUB_AWAY}:{error}"


def _hasten(work: Work, agency_id: int) -> None:
    work.session.execute(
        update(OutboxItem)
        .where(
            OutboxItem.kind == "send",
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.due_at > work.now,
            exists().where(
                ExchangeMessage.id == OutboxItem.subject_id,
                ExchangeMessage.agency_id == agency_id,
            ),
        )
        .values(due_at=work.now)
        .execution_options(synchronize_session=False)
    )


def poll_soon(work: Work) -> None:
    """Every hub is polled as soon as a worker is free."""
    work.session.execute(
        update(OutboxItem)
        .where(OutboxItem.kind == "poll", OutboxItem.state == OutboxState.DUE)
        .values(due_at=work.now)
        .execution_options(synchronize_session=False)
    )


def queue_of(kind: str) -> str:
    return APART if kind == "reconcile" else QUEUE


def night(office: Office, now: datetime) -> datetime:
    """When this node reconciles: at night, each node at another minute of two hours."""
    return next_night(now, crc32(office.settings.node_name.encode()) % 120)


def ensure_polls(office: Office) -> None:
    """Every hub has its repeating poll, the node one synchronisation of the directory, one lodging
    of its audit head and one nightly reconciliation, all at the pace of the settings. Cheap when
    nothing is missing: the sweeper asks often."""
    session = office.session()
    pace = {
        "poll": office.settings.poll_seconds,
        "sync_directory": office.settings.directory_seconds,
        "lodge_head": office.settings.audit_head_seconds,
        "reconcile": DAY_SECONDS,
    }
    missing = [("poll", link_id, pace["poll"]) for link_id in _unpolled(session)]
    if session.scalar(select(func.count(HubLink.id))):
        for kind in ("sync_directory", "lodge_head", "reconcile"):
            if not session.scalar(_alive(kind, WHOLE_NODE)):
                missing.append((kind, WHOLE_NODE, pace[kind]))
    changed = [kind for kind in pace if session.scalar(_at_other_pace(kind, pace[kind]))]
    session.rollback()
    if missing or changed:
        _start(office, missing, {kind: pace[kind] for kind in changed})


def _start(office: Office, missing: list[tuple[str, int, int]], changed: dict[str, int]) -> None:
    with transaction(office, SYSTEM) as work:
        for kind, seconds in changed.items():
            work.session.execute(
                update(OutboxItem)
                .where(
                    OutboxItem.kind == kind,
                    OutboxItem.state == OutboxState.DUE,
                    OutboxItem.repeat_seconds > 0,
                )
                .values(repeat_seconds=seconds, due_at=work.now)
                .execution_options(synchronize_session=False)
            )
        for kind, subject_id, seconds in missing:
            # Two processes may both have seen it missing.
            if not work.session.scalar(_alive(kind, subject_id)):
                item = work.enqueue(queue_of(kind), kind, subject_id, repeat_seconds=seconds)
                if kind == "reconcile":
                    item.due_at = night(office, work.now)
                work.session.flush()


def _alive(kind: str, subject_id: object):
    return select(OutboxItem.id).where(
        OutboxItem.kind == kind,
        OutboxItem.subject_id == subject_id,
        OutboxItem.state == OutboxState.DUE,
    )


def _at_other_pace(kind: str, seconds: int):
    return select(OutboxItem.id).where(
        OutboxItem.kind == kind,
        OutboxItem.state == OutboxState.DUE,
        OutboxItem.repeat_seconds > 0,
        OutboxItem.repeat_seconds != seconds,
    )


def _unpolled(session) -> list[int]:
    return [lead for lead in leads(session) if not session.scalar(_alive("poll", lead))]


def _context(agency_id: int) -> str:
    return f"hub-link:{agency_id}"
