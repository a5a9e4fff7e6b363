"""The simulated gateways behind a real server on loopback."""

import threading
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from tests.axis.conftest import _Quiet, blunt  # noqa: F401
from tests.connectors.simulators import BASE, MultipartSimulator, TokenSimulator


@contextmanager
def serving(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def token_gateway():
    """The simulator and its endpoint."""
    simulator = TokenSimulator()
    with serving(simulator) as url:
        yield simulator, url + BASE


@pytest.fixture
def multipart_gateway():
    simulator = MultipartSimulator()
    with serving(simulator) as url:
        yield simulator, url


@pytest.fixture(params=["token", "multipart"])
def gateway(request):
    """Each of them in turn: kind, simulator, endpoint."""
    return request.param, *request.getfixturevalue(f"{request.param}_gateway")
