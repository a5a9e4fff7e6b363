"""A node whose certificates can be asked about and whose signatures are time-stamped, by an
authority that follows the node's clock."""

from dataclasses import replace
from functools import cache

import pytest

from adapters.signing.demo_ca import ADDRESS
from demo import province
from demo.authority import AuthorityServer, DemoAuthority
from models.preservation import Preservation
from services.office import utc_now
from services.preservation import stamping
from tests.conftest import SessionCA, drain, make_node
from tests.signing_feature.conftest import Journey

KINDS = {"sign", "inspect", "preserve", "judge_again", "renew_stamps"}


@cache
def telling_ca() -> SessionCA:
    return SessionCA(tells=True)


@pytest.fixture
def authority() -> DemoAuthority:
    return DemoAuthority(telling_ca()._ca, utc_now)


@pytest.fixture
def server(authority):
    running = AuthorityServer(authority).start()
    yield running
    running.stop()


@pytest.fixture
def node(tmp_path, database, authority, server):
    first, _, commune, _ = province.SON_TINH.agencies
    data = replace(province.SON_TINH, agencies=(first, commune))
    settings = {
        "tsa_url": f"{server.url}/tsa",
        "revocation_sources": f"{ADDRESS}={server.url}",
    }
    app = make_node(tmp_path / "sontinh", data, certificates=telling_ca(), settings=settings)
    stamping._away_until = 0.0
    with app.app_context():
        office = app.extensions["office"]
        authority.clock = lambda: office.now()  # noqa: PLW0108  the clock may be moved
        yield app


class Keeping(Journey):
    """The journey of a document, and what is kept of it."""

    def work(self, rounds=6) -> None:
        drain(self.app, rounds=rounds, kinds=KINDS)
        self.look_anew()

    def settings(self, **changed) -> None:
        object.__setattr__(self.office, "settings", replace(self.office.settings, **changed))

    def row(self, sha256: str) -> Preservation:
        self.look_anew()
        query = self.office.session().query(Preservation)
        return query.filter(Preservation.file_sha256 == sha256).one()


@pytest.fixture
def journey(node, office, actor):
    return Keeping(node, office, actor)
