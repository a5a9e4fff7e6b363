"""Three hubs: the nation's, and two provinces' that are its clients. Each province has an agency of
its own that the tests send from and to; the lines can be cut, and answers be lost."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from adapters.axis.client import AxisClient
from config import NodeRole
from demo import province
from domain.roles import SYSTEM
from domain.text import fold
from models.agencies import Agency
from models.hub import Delivery, DirectoryEntry, HubAccount, HubMessage
from services.hub import accounts, uplinks
from services.hub.uplinks import UplinkFields
from services.unit_of_work import transaction
from tests.conftest import drain, find_actor, make_node, poll_now
from tests.exchange.conftest import Clock, Line
from tests.hub.packages import SON_TINH

FAR = "000.00.10.H49"  # an agency of the other province
FAR_TOO = "000.00.11.H49"
P_CODE, Q_CODE = "000.00.00.H48", "000.00.00.H49"
N_CODE = "000.00.00.G00"
KINDS = {"relay", "uplink_poll", "receipt_up"}


@dataclass
class Hub:
    """One hub: its application and what a test wants of it."""

    app: object
    clock: Clock = field(default_factory=Clock)
    uplink_id: int = 0

    @property
    def office(self):
        return self.app.extensions["office"]

    @property
    def operator(self):
        return find_actor(self.office, "hub.vanhanh")

    def work(self, kinds=KINDS) -> int:
        return drain(self.app, kinds=kinds)

    def poll(self) -> None:
        poll_now(self.app)
        self.work()

    def all(self, model, *where):
        with self.app.app_context():
            return self.office.session().scalars(select(model).where(*where)).all()

    def deliveries(self, code: str) -> list[Delivery]:
        return self.all(Delivery, Delivery.recipient_code == code)

    def messages(self) -> list[HubMessage]:
        return self.all(HubMessage)

    def do(self, call, *arguments):
        """A service by the operator."""
        with self.app.app_context():
            return call(self.office, self.operator, *arguments)

    def enter(self, *codes: str, account: bool = False) -> None:
        """Agencies of the directory, with accounts of their own."""
        with self.app.app_context(), transaction(self.office, self.operator) as work:
            for code in codes:
                if not work.session.scalar(select(DirectoryEntry.id).filter_by(code=code)):
                    name = f"Cơ quan {code}"
                    work.session.add(
                        DirectoryEntry(code=code, name=name, search_text=fold(f"{code} {name}"))
                    )
                    work.session.flush()
                if account:
                    accounts.add(work, code, "", f"khoa-{code}")

    def route(self, pattern: str, target: str) -> None:
        self.do(uplinks.add_route, pattern, target)

    def account_of(self, code: str) -> int:
        return self.all(HubAccount, HubAccount.system_id == code)[0].id


@dataclass
class Nation:
    n: Hub
    p: Hub
    q: Hub
    line: Line  # from the provinces to the nation

    def carry(self) -> None:
        """All that is on its way goes on, twice over: what the first round brings is answered."""
        for _ in range(2):
            for hub in (self.p, self.q):
                hub.poll()


def make_hub(folder, code: str, **options) -> Hub:
    """The demo province's hub, kept by the agency `code`."""
    hub = Hub(make_node(folder, province.HUB, role=NodeRole.HUB, **options))
    object.__setattr__(hub.office, "clock", hub.clock)
    with hub.app.app_context(), transaction(hub.office, SYSTEM) as work:
        for agency in work.session.scalars(select(Agency)):
            agency.code = code
    return hub


def join(hub: Hub, code: str, kind: str = "axis", endpoint: str = "http://n.example/axis") -> None:
    """The hub becomes a client with this code; all it does not know goes there."""
    fields = UplinkFields("Trục quốc gia", kind, endpoint, code, f"khoa-{code}")
    hub.uplink_id = hub.do(uplinks.add, fields)
    hub.route("*", f"uplink:{hub.uplink_id}")


@pytest.fixture
def nation(tmp_path) -> Nation:
    return make_nation(tmp_path)


@pytest.fixture
def nation_on_each(tmp_path, database) -> Nation:
    """For what depends on the database."""
    return make_nation(tmp_path)


def make_nation(tmp_path) -> Nation:
    n = make_hub(tmp_path / "n", N_CODE)
    n.enter(P_CODE, Q_CODE, account=True)
    n.route("*.H48", f"system:{n.account_of(P_CODE)}")
    n.route("*.H49", f"system:{n.account_of(Q_CODE)}")
    line = Line(n.app)

    def connect(endpoint: str, system_id: str, secret: str) -> AxisClient:
        return AxisClient(endpoint, system_id, secret, transport=line)

    p = make_hub(tmp_path / "p", P_CODE, connect=connect)
    q = make_hub(tmp_path / "q", Q_CODE, connect=connect)
    p.enter(SON_TINH, account=True)
    q.enter(FAR, FAR_TOO, account=True)
    with q.app.app_context(), transaction(q.office, q.operator) as work:
        for entry in work.session.scalars(select(DirectoryEntry)):
            if entry.code.endswith(".H48"):
                work.session.delete(entry)
    join(p, P_CODE)
    join(q, Q_CODE)
    return Nation(n, p, q, line)
