"""Several hands at once, each in a thread with a connection of its own: double clicks, two tabs,
guesses sent side by side. What must happen once happens once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from demo import seed
from domain.errors import Refusal
from extensions import db
from models.audit import AuditEntry
from models.exchange import Dispatch, ExchangeMessage
from models.outgoing import OutgoingDocument
from models.registers import RegisterEntry
from models.signing import CertificateBinding, SigningRequest
from services import outgoing
from services.audit_chain import verify
from tests.conftest import PASSWORD, PIN
from tests.signing_feature.conftest import journey  # noqa: F401
from tests.signing_feature.conftest import node as signing_node
from tests.visitor import Visitor

HANDS = 4
node = signing_node  # a node whose leaders and agencies can sign


def at_once(app, *deeds) -> list[str]:
    """Does all deeds at the same time; for each "done" or the code of its refusal."""
    start = Barrier(len(deeds))

    def run(deed) -> str:
        with app.app_context():
            try:
                start.wait(10)
                deed()
                return "done"
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds))


def approving(journey, doc, pin: str):  # noqa: F811
    """Approving as a page does it: by ids and texts. A row belongs to one thread's session."""
    document_id = doc.id
    form = {"pin": pin, "digest": doc.prepared_sha256}
    journey.look_anew()
    return lambda: outgoing.perform(journey.office, journey.leader, document_id, "approve", form)


def count(journey, model) -> int:  # noqa: F811
    journey.look_anew()
    return journey.office.session().scalar(select(func.count()).select_from(model))


def settled(journey) -> bool:  # noqa: F811
    journey.look_anew()
    return list(verify(journey.office.session())) == []


def test_approving_several_times_at_once_asks_for_one_signature(journey):  # noqa: F811
    said = at_once(journey.app, *[approving(journey, journey.submitted(), PIN)] * HANDS)
    assert said.count("done") == 1
    assert set(said) <= {"done", "wrong-state", "stale"}
    assert count(journey, SigningRequest) == 1
    assert settled(journey)


def test_issuing_several_times_at_once_gives_one_number(journey):  # noqa: F811
    doc = journey.signed()
    said = at_once(journey.app, *[lambda: journey.issue(doc)] * HANDS)
    assert said.count("done") == 1
    assert set(said) <= {"done", "wrong-state", "stale"}
    journey.look_anew()
    assert list(journey.office.session().scalars(select(RegisterEntry.number))) == [1]
    assert count(journey, SigningRequest) == 2
    assert settled(journey)


def test_dispatching_several_times_at_once_sends_once(journey):  # noqa: F811
    doc = journey.issued()
    seed.seed_hub_links(journey.office, "http://hub.example/axis", {"000.00.32.H48": "bi-mat"})
    form = {"version": str(doc.version)}
    deed = [lambda: outgoing.perform(journey.office, journey.clerk, doc.id, "dispatch", form)]
    said = at_once(journey.app, *deed * HANDS)
    assert said.count("done") == 1
    assert set(said) <= {"done", "wrong-state", "stale"}
    assert count(journey, Dispatch) == 1
    assert count(journey, ExchangeMessage) == 1
    assert settled(journey)


def test_saving_a_draft_in_two_tabs_at_once_loses_neither_silently(journey):  # noqa: F811
    officer = journey.actor("st.chuyenvien")
    form = {
        "type_name": "Công văn",
        "subject": "Lần đầu",
        "body": "Nội dung.",
        "recipients": "000.00.31.H48",
        "signer_id": str(journey.leader.appointment_id),
    }
    document_id = outgoing.create(journey.office, officer, form)
    version = str(journey.now(document_id).version)
    journey.look_anew()

    def save(subject: str):
        sent = form | {"subject": subject, "version": version}
        return lambda: outgoing.perform(journey.office, officer, document_id, "edit", sent)

    assert at_once(journey.app, save("Thẻ một"), save("Thẻ hai")) == ["done", "stale"]
    journey.look_anew()
    doc = journey.office.session().get(OutgoingDocument, document_id)
    assert [each.ordinal for each in doc.versions] == [1, 2]


def test_guessing_pins_side_by_side_gains_nothing(journey):  # noqa: F811
    """Ten wrong guesses at once, then the right one: the lock falls after five wrong ones at the
    latest, and nobody gets more answers than in turn."""
    doc = journey.submitted()
    said = at_once(journey.app, *[approving(journey, doc, f"11111{n:x}") for n in range(10)])
    assert said.count("pin-wrong") == 4
    assert set(said) == {"pin-wrong", "pin-locked"}
    journey.look_anew()
    binding = journey.office.session().scalars(
        select(CertificateBinding).where(CertificateBinding.locked_until.is_not(None))
    )
    assert len(binding.all()) == 1
    refused = select(func.count()).where(AuditEntry.tag == "signing:pin_refused")
    assert journey.office.session().scalar(refused) == 5
    assert at_once(journey.app, approving(journey, journey.now(doc.id), PIN)) == ["pin-locked"]


def test_guessing_passwords_side_by_side_gains_nothing(journey):  # noqa: F811
    def guess(n: int):
        def deed() -> None:
            visitor = Visitor(journey.app)
            form = {"username": "st.chutich", "password": f"sai-mat-khau-{n}"}
            visitor.submit("/account/login", form, page="/account/login")

        return deed

    at_once(journey.app, *[guess(n) for n in range(8)])
    visitor = Visitor(journey.app)
    right = {"username": "st.chutich", "password": PASSWORD}
    answer = visitor.submit("/account/login", right, page="/account/login")
    assert answer.status_code == 429
    journey.look_anew()
    refused = select(func.count()).where(AuditEntry.tag == "account:login_refused")
    assert journey.office.session().scalar(refused) == 5


@pytest.fixture(autouse=True)
def _let_go(node):
    """Threads had connections of their own."""
    yield
    db.engine.dispose()
