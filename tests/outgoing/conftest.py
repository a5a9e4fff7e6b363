"""A node whose leaders can sign, and a site: the same node without an open application context, so
that each request has its own."""

import pytest

from demo import province
from tests.conftest import PASSWORD, make_node
from tests.visitor import Visitor


@pytest.fixture
def signing_node(tmp_path):
    app = make_node(tmp_path / "sontinh", province.SON_TINH, certificates=True)
    with app.app_context():
        yield app


@pytest.fixture
def site(tmp_path):
    """`site.visit("st.chuyenvien")` signs in; `site.office()` opens the office for a while."""
    return Site(make_node(tmp_path / "sontinh", province.SON_TINH, certificates=True))


class Site:
    def __init__(self, app) -> None:
        self.app = app
        self.office = app.extensions["office"]

    def visit(self, username: str) -> Visitor:
        return Visitor(self.app, username, PASSWORD)

    def inside(self):
        return self.app.app_context()
