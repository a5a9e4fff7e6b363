"""A hub with the demo province's directory, accounts for four of its agencies, a real server."""

import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from werkzeug.serving import make_server

from config import NodeRole
from demo import province, seed
from services.office import utc_now
from tests.axis.conftest import _Quiet
from tests.conftest import find_actor, make_node
from tests.hub.packages import BINH_MINH, BINH_SON, SECRETS, SON_TINH, TINH_HA


class Clock:
    """Real time, and whatever a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self):
        return utc_now() + self.ahead


@pytest.fixture
def hub_app(tmp_path, database):
    """The hub in an application context."""
    app = make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)
    clock = Clock()
    object.__setattr__(app.extensions["office"], "clock", clock)
    app.extensions["clock"] = clock
    with app.app_context():
        seed.seed_hub_accounts(app.extensions["office"], SECRETS)
        yield app


@pytest.fixture
def office(hub_app):
    return hub_app.extensions["office"]


@pytest.fixture
def clock(hub_app):
    return hub_app.extensions["clock"]


@pytest.fixture
def operator(office):
    return find_actor(office, "hub.vanhanh")


@pytest.fixture
def codes():
    return SimpleNamespace(a=BINH_SON, b=SON_TINH, c=BINH_MINH, d=TINH_HA)


@pytest.fixture
def axis_url(hub_app):
    """The hub behind a threaded server on loopback, spoken to as any system would."""
    server = make_server("127.0.0.1", 0, hub_app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/axis"
    server.shutdown()
    thread.join()
