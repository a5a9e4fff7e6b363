"""A hub and the node of Sơn Tịnh, each behind a real server on loopback, joined by a secret."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from werkzeug.serving import make_server

from adapters.federation import signing
from adapters.federation.signing import Request
from config import NodeRole
from demo import province, seed
from extensions import db
from models.federation import NodeSite
from services.federation import sites
from services.federation.schedule import ensure
from services.office import utc_now
from tests.axis.conftest import _Quiet
from tests.conftest import PASSWORD, drain, find_actor, make_node
from tests.visitor import Visitor

SON_TINH, TINH_HA, DIVISION = "000.00.32.H48", "000.21.32.H48", "000.01.32.H48"
BINH_SON = "000.00.31.H48"
SECRETS = {SON_TINH: "bi-mat-son-tinh", TINH_HA: "bi-mat-tinh-ha", BINH_SON: "bi-mat-binh-son"}
ROOT = "/federation/v1"


class Clock:
    """Real time, and whatever a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return utc_now() + self.ahead


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class End:
    """One end: its application, its address, its clock."""

    app: object
    url: str = ""
    clock: Clock = field(default_factory=Clock)

    @property
    def office(self):
        return self.app.extensions["office"]

    def work(self, *kinds: str) -> int:
        with self.app.app_context():
            ensure(self.office)
        return drain(self.app, kinds=set(kinds) or None)

    @contextmanager
    def session(self):
        with self.app.app_context():
            yield self.office.session()

    def one(self, query):
        """A value, fresh from the database."""
        with self.session() as session:
            return session.scalar(query)

    def visit(self, username: str) -> Visitor:
        return Visitor(self.app, username, PASSWORD)


def _end(folder, data, role=NodeRole.DISTRICT, **settings) -> End:
    end = End(make_node(folder, data, role=role, settings=settings))
    object.__setattr__(end.office, "clock", end.clock)
    return end


@pytest.fixture
def hub(tmp_path, database):
    end = _end(tmp_path / "hub", province.HUB, NodeRole.HUB, federation_seconds=300)
    with end.app.app_context():
        seed.seed_hub_accounts(end.office, SECRETS)
    with served(end.app) as end.url:
        yield end
    with end.app.app_context():
        db.engine.dispose()


@pytest.fixture
def settings():
    """Overridden by tests whose node is set up in another way."""
    return {}


@pytest.fixture
def node(tmp_path, database, settings):
    end = _end(tmp_path / "sontinh", province.SON_TINH, **settings)
    with end.app.app_context():
        secrets = {code: SECRETS[code] for code in (SON_TINH, TINH_HA)}
        seed.seed_hub_links(end.office, "http://127.0.0.1:9/axis", secrets)
    with served(end.app) as end.url:
        yield end
    with end.app.app_context():
        db.engine.dispose()


@pytest.fixture
def operator(hub):
    with hub.app.app_context():
        return find_actor(hub.office, "hub.vanhanh")


@pytest.fixture
def site(hub, node, operator):
    """The node as the hub knows it."""

    def load() -> NodeSite:
        with hub.session() as session:
            return session.get(NodeSite, site_id, populate_existing=True)

    with node.app.app_context():
        seed.move_hub_links(node.office, f"{hub.url}/axis")
    with hub.app.app_context():
        fields = sites.SiteFields(SON_TINH, "Nút Sơn Tịnh", node.url)
        site_id = sites.add(hub.office, operator, fields)
    return load


HTTP = httpx.Client(verify=False, trust_env=False)


def call(url: str, target: str, method="GET", body=b"", secret=None, system=SON_TINH, **changes):
    """One request, signed as the other end signs; `changes` replace headers, None removes one."""
    headers = changes.pop("headers", {})
    at = changes.pop("at", utc_now())
    proof = signing.sign(Request(method, target, body), system, secret or SECRETS[system], at)
    proof |= {f"X-Vanthu-{name.capitalize()}": value for name, value in changes.items()}
    headers |= {name: value for name, value in proof.items() if value is not None}
    return HTTP.request(method, url + target, content=body, headers=headers)


def reason(answer: httpx.Response) -> str:
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.content)["error"]["reason"]
