"""Two hundred systems' calls at the same moment against the hub as it is deployed, on both kinds of
database: each package keeps its own bytes, each sender gets the receipt of its own package."""

import hashlib
import threading

import pytest
from sqlalchemy import select

from adapters import receipts
from config import NodeRole
from demo import province, seed
from extensions import db
from models.hub import Delivery, HubMessage
from services import audit_chain
from tests.conftest import make_node
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, TINH_HA, client, edoc
from tests.hub.serving import served

MANY = 200


@pytest.fixture
def hub(tmp_path, database):
    app = make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)
    with app.app_context():
        seed.seed_hub_accounts(app.extensions["office"], SECRETS)
        db.session.remove()
        db.engine.dispose()
        yield app


def at_once(work: int, act) -> None:
    """`act(n)` for each n in a thread of its own, all of them let go together."""
    ready, failures = threading.Barrier(work), []

    def run(number: int) -> None:
        ready.wait()
        try:
            act(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_two_hundred_at_once_each_keep_their_own_bytes(hub):
    office = hub.extensions["office"]
    senders = (SON_TINH, TINH_HA)
    sent = [
        edoc(senders[n % 2], text=f"bản số {n} " * (n + 1), document_id=f"{senders[n % 2]},{n}")
        for n in range(MANY)
    ]
    accepted, fetched = {}, {}
    with served(office.settings) as address:

        def send(number: int) -> None:
            with client(address, senders[number % 2]) as axis:
                accepted[number] = axis.submit(sent[number])

        def fetch(number: int) -> None:
            with client(address, BINH_SON) as axis:
                fetched[number] = axis.get_edoc(waiting[number])

        at_once(MANY, send)
        rows = office.session().execute(select(HubMessage.doc_id, Delivery.doc_id).join(Delivery))
        delivery_of = dict(rows.all())
        waiting = {n: delivery_of[accepted[n].doc_id] for n in range(MANY)}
        office.session().rollback()
        at_once(MANY, fetch)
    assert len({each.doc_id for each in accepted.values()}) == MANY
    for number, data in enumerate(sent):
        digest = hashlib.sha256(data).hexdigest()
        assert fetched[number] == data == office.files.read(digest)
        said = receipts.read(accepted[number].receipt)
        assert (said["payload_sha256"], said["size"]) == (digest, len(data))
        assert said["hub_doc_id"] == accepted[number].doc_id
    assert list(audit_chain.verify(office.session())) == []
