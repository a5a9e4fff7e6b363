"""What a document costs on its way, in SQL statements: what was saved stays saved."""

from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import event

from extensions import db
from tests.exchange.conftest import BINH_SON, SON_TINH, send_one

DOCUMENTS = 10
# Of one document and the first answer to it, whatever a round of polls costs besides.
MOST = {"sender": 57, "receiver": 58, "hub": 48}


@contextmanager
def counting(world):
    """Statements by who runs them."""
    counts = Counter()
    with ExitStack() as ended:
        for name, node in (("hub", world.hub), ("receiver", world.a), ("sender", world.b)):

            def note(*_told, name=name) -> None:
                counts[name] += 1

            with node.app.app_context():
                engine = db.engine
            event.listen(engine, "before_cursor_execute", note)
            ended.callback(event.remove, engine, "before_cursor_execute", note)
        yield counts


def carried(world, documents: int) -> Counter:
    for _ in range(documents):
        send_one(world.b, SON_TINH, [BINH_SON])
    with counting(world) as counted:
        world.exchange()
    return counted


@pytest.fixture
def per_document(world) -> dict[str, float]:
    """What ten documents cost more than one, a document."""
    carried(world, 1)
    one, many = carried(world, 1), carried(world, DOCUMENTS + 1)
    return {name: (many[name] - one[name]) / DOCUMENTS for name in MOST}


def test_a_document_and_its_answer_cost_no_more_statements_than_they_did(per_document):
    assert {name: spent for name, spent in per_document.items() if spent > MOST[name]} == {}
