"""A template that asks for what does not exist is a fault in tests, and in the log of a node."""

import pytest
from jinja2 import UndefinedError

from app import create_app
from config import NodeRole
from demo import province
from models.incoming import IncomingDocument
from tests.conftest import make_node, make_settings


@pytest.mark.parametrize("source", ["{{ doc.receivers|join }}", "{% if nobody %}{% endif %}"])
def test_an_unknown_name_in_a_template_is_a_fault(tmp_path, source):
    app = make_node(tmp_path / "node", province.SON_TINH)
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string(source).render(doc=IncomingDocument())


def test_people_get_the_page_all_the_same(tmp_path, caplog):
    app = create_app(make_settings(tmp_path / "node", NodeRole.DISTRICT, "Sơn Tịnh"))
    page = app.jinja_env.from_string("một{{ doc.receivers }} hai")
    assert page.render(doc=IncomingDocument()) == "một hai"
    assert "receivers" in caplog.text
