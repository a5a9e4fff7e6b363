"""Two district nodes and their hub in one process: the nodes speak to the hub's own application,
over a line that a test can cut, and whose answers it can lose."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import select

from adapters.axis.client import AxisClient
from config import NodeRole
from demo import province, seed
from domain.numbering import reference
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from models.agencies import Agency, Appointment
from models.exchange import OutboxItem
from models.incoming import IncomingDocument
from models.outgoing import DraftVersion, Enclosure, OutgoingDocument, Recipient
from models.registers import RegisterKind
from services import exchange
from services.numbering import give_number
from services.office import utc_now
from services.outgoing.state import move
from services.unit_of_work import transaction
from tests.conftest import drain, make_node, poll_now

BINH_SON, BINH_MINH, BINH_TRUNG = "000.00.31.H48", "000.21.31.H48", "000.22.31.H48"
SON_TINH, TINH_HA = "000.00.32.H48", "000.21.32.H48"
LINKED = (BINH_SON, BINH_MINH, BINH_TRUNG, SON_TINH)
SECRETS = {code: f"bi-mat-{code}" for code in LINKED}
EXCHANGE = {"send", "deliver", "poll"}
PDF = b"%PDF-1.7\n% v\xc4\x83n b\xe1\xba\xa3n th\xe1\xbb\xad\n%%EOF\n"


class Clock:
    """Real time, and whatever a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return utc_now() + self.ahead


class Line(httpx.BaseTransport):
    """The line to the hub. `away`: nobody answers. `lost`: operations that reach the hub and whose
    answers do not come back. `said`: operations answered with these bytes instead."""

    def __init__(self, app) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self.away = False
        self.lost: set[str] = set()
        self.said: dict[str, bytes] = {}
        self.calls: list[tuple[str, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        operation = request.url.path.rpartition("/")[2]
        if self.away:
            raise httpx.ConnectError("nobody there", request=request)
        self.calls.append((operation, request.read()))
        if operation in self.said:
            return httpx.Response(200, content=self.said[operation], request=request)
        response = self._inner.handle_request(request)
        if operation in self.lost:
            response.read()
            raise httpx.ReadError("cut off", request=request)
        return response

    def count(self, operation: str) -> int:
        return sum(name == operation for name, _body in self.calls)


@dataclass
class Node:
    """One district node: its application and what a test wants of it."""

    app: object
    clock: Clock = field(default_factory=Clock)

    @property
    def office(self):
        return self.app.extensions["office"]

    def work(self, kinds: set[str] = EXCHANGE) -> int:
        return drain(self.app, kinds=kinds)

    def poll(self) -> None:
        poll_now(self.app)
        self.work()

    def all(self, model, *where):
        """Rows, fresh from the database, the oldest first."""
        with self.app.app_context():
            query = select(model).where(*where).order_by(*model.__table__.primary_key)
            return self.office.session().scalars(query).all()

    def read(self, ask):
        """`ask(session)` in the node's context."""
        with self.app.app_context():
            return ask(self.office.session())

    def wait(self, **time: float) -> None:
        self.clock.ahead += timedelta(**time)


@dataclass
class TestProvince:
    __test__ = False
    hub: Node
    a: Node  # Bình Sơn
    b: Node  # Sơn Tịnh
    line: Line

    def exchange(self) -> None:
        """Everything that is on its way arrives, and the answers to it."""
        for _ in range(2):
            for node in (self.b, self.a):
                node.work()
                node.poll()


@pytest.fixture
def world(tmp_path, database) -> TestProvince:
    hub = Node(make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB))
    with hub.app.app_context():
        seed.seed_hub_accounts(hub.office, SECRETS)
    line = Line(hub.app)

    def connect(endpoint: str, system_id: str, secret: str) -> AxisClient:
        return AxisClient(endpoint, system_id, secret, transport=line)

    nodes = [
        Node(make_node(tmp_path / data.key, data, connect=connect)) for data in province.DISTRICTS
    ]
    for node in nodes:
        object.__setattr__(node.office, "clock", node.clock)
        with node.app.app_context():
            seed.seed_hub_links(node.office, "http://hub.example/axis", SECRETS)
    return TestProvince(hub, *nodes, line)


def issue(node: Node, sender: str, recipients: list[str], **fields) -> int:
    """An issued document of `sender`, ready to be dispatched; gives its id."""
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        agency = work.session.scalars(select(Agency).where(Agency.code == sender)).one()
        signer = work.session.scalars(
            select(Appointment).where(
                Appointment.agency_id == agency.id, Appointment.role == "leader"
            )
        ).one()
        entry = give_number(work, agency, RegisterKind.OUTGOING, date(2026, 11, 20))
        notation = "UBND-NV"
        values = {
            "agency_id": agency.id,
            "unit_id": signer.unit_id,
            "drafter_id": signer.person_id,
            "signer_id": signer.id,
            "state": OutgoingState.ISSUED,
            "document_uid": f"{sender},2026/11/20,{entry.number}",
            "type_name": "Công văn",
            "subject": "Báo cáo tình hình chuyển đổi số quý IV năm 2026",
            "notation": notation,
            "number_entry_id": entry.id,
            "reference": reference(entry.number, notation),
            "issued_date": date(2026, 11, 20),
            "due_date": date(2026, 12, 1),
            "issued_sha256": work.store(PDF + str(entry.number).encode(), "application/pdf", 1),
            "created_at": work.now,
        }
        doc = OutgoingDocument(**(values | fields))
        doc.recipients = [Recipient(code=code, name=f"Cơ quan {code}") for code in recipients]
        sheet = work.store(b"PK\x05\x06" + bytes(18), "application/zip")
        doc.enclosures = [
            Enclosure(ordinal=1, sha256=sheet, name="phụ lục.zip", media_type="application/zip")
        ]
        doc.versions = [DraftVersion(ordinal=1, source="form", created_by="X", created_at=work.now)]
        work.session.add(doc)
        work.session.flush()
        return doc.id


def dispatch(node: Node, document_id: int) -> None:
    """What the step "dispatch" does, in its one transaction."""
    with node.app.app_context(), transaction(node.office, SYSTEM) as work:
        doc = work.session.get(OutgoingDocument, document_id)
        move(work, doc, "dispatch")
        exchange.dispatch(work, doc)


def send_one(node: Node, sender: str, recipients: list[str], **fields) -> int:
    document_id = issue(node, sender, recipients, **fields)
    dispatch(node, document_id)
    return document_id


def agency_of(node: Node, code: str) -> int:
    return node.read(lambda s: s.scalar(select(Agency.id).where(Agency.code == code)))


def arrivals(node: Node, code: str) -> list[IncomingDocument]:
    return node.all(IncomingDocument, IncomingDocument.agency_id == agency_of(node, code))


def items(node: Node, kind: str) -> list[OutboxItem]:
    return node.all(OutboxItem, OutboxItem.kind == kind)
