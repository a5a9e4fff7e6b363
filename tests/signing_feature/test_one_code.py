"""One code of a remote signing service for several signatures: a batch, a document with separate
enclosures; also where the service ties the code to the very hashes (SCAL 2)."""

from contextlib import ExitStack

import pytest
from sqlalchemy import select

from domain.errors import Invalid, Locked
from domain.outgoing_flow import OutgoingState
from models.signing import CertificateBinding, SigningRequest
from services import batches, outgoing, signing
from services.outgoing import Upload
from services.signing import enclosures
from tests.conftest import PASSWORD, drain
from tests.signing.altering import hybrid
from tests.signing.conftest import typeset
from tests.signing.csc_server import running
from tests.signing_feature import holders
from tests.signing_feature.conftest import DRAFT
from tests.visitor import Visitor

NEW_PIN = "864209"
AUTHORISE, SIGN = "credentials/authorize", "signatures/signHash"


@pytest.fixture(scope="module")
def annex() -> bytes:
    return typeset('#set page(paper: "a4", margin: 20mm)\n#lorem(60)')


@pytest.fixture
def remote(journey):
    """The leader's key at a service that is set up so."""
    with ExitStack() as stack:

        def bound(**behaviour):
            service = stack.enter_context(running(holders.a_service(journey.office)))
            vars(service).update({"needs_otp": True, "scal": "2"} | behaviour)
            holders.bind_service(journey, service, NEW_PIN)
            return service

        yield bound


@pytest.fixture
def leaders(remote):
    return remote()


@pytest.fixture(params=[1, 2])
def seals(journey, request):
    with running(holders.a_service_for_the_seal(journey.office)) as service:
        service.needs_otp, service.scal = True, "2"
        holders.bind_service(journey, service, NEW_PIN, request.param, holder="agency")
        yield service


def start(journey, documents, otp: str, **form) -> int:
    docs = [f"{doc.id}:{doc.to_sign_sha256}" for doc in documents]
    form = {"docs": docs, "pin": NEW_PIN, "otp": otp, "unopened": "1"} | form
    return batches.start(journey.office, journey.leader, "approve", form)


def work(journey, rounds: int = 30) -> None:
    drain(journey.app, rounds=rounds, kinds={"sign", "batch"})
    journey.look_anew()


def states(journey, documents) -> list[str]:
    return [str(journey.now(doc.id).state) for doc in documents]


def approve(journey, doc, otp: str):
    form = {"pin": NEW_PIN, "digest": doc.prepared_sha256, "otp": otp}
    return outgoing.perform(journey.office, journey.leader, doc.id, "approve", form)


def failures(journey) -> list[str]:
    journey.look_anew()
    return list(journey.office.session().scalars(select(SigningRequest.failure)))


def enclosing(journey, *files: Upload):
    """A document with enclosures that its leader signed with a key of the node."""
    officer = journey.actor("st.chuyenvien")
    form = DRAFT | {"signer_id": str(journey.leader.appointment_id), "enclosures": files}
    document_id = outgoing.create(journey.office, officer, form)
    outgoing.perform(journey.office, officer, document_id, "submit", {})
    outgoing.perform(journey.office, journey.actor("st.truongphong"), document_id, "agree", {})
    chief = journey.actor("st.chanhvp")
    journey.approve(outgoing.perform(journey.office, chief, document_id, "forward", {}))
    journey.work()
    return journey.now(document_id)


def issue(journey, doc, otp: str):
    form = {"pin": NEW_PIN, "otp": otp, "issued_date": journey.office.today().isoformat()}
    return outgoing.perform(journey.office, journey.clerk, doc.id, "issue", form)


def code_of(journey, service, actor=None) -> str:
    signing.send_otp(journey.office, actor or journey.leader)
    return service.otp


@pytest.mark.parametrize("scal", ["1", "2"])
def test_a_batch_is_signed_under_one_code(journey, remote, scal):
    leaders = remote(scal=scal)
    documents = [journey.submitted() for _ in range(3)]
    batch = start(journey, documents, code_of(journey, leaders))
    work(journey)
    assert states(journey, documents) == [OutgoingState.SIGNED] * 3
    assert leaders.calls.count(AUTHORISE) == 1
    assert leaders.calls.count(SIGN) == (1 if scal == "2" else 3)
    assert batches.progress(journey.office, journey.leader, batch).is_over


def test_the_page_says_before_how_many_one_code_serves(journey, remote):
    leaders = remote(most=2)
    documents = [journey.submitted() for _ in range(2)]
    leader = Visitor(journey.app, "st.chutich", PASSWORD)
    assert "chỉ cho tối đa 2 chữ ký" not in leader.get("/batches/approve").text
    documents.append(journey.submitted())
    assert "chỉ cho tối đa 2 chữ ký" in leader.get("/batches/approve").text
    otp = code_of(journey, leaders)
    with pytest.raises(Invalid, match="csc-too-many"):
        start(journey, documents, otp)
    assert AUTHORISE not in leaders.calls  # the code is still good
    start(journey, documents[:2], otp)
    work(journey)
    assert states(journey, documents[:2]) == [OutgoingState.SIGNED] * 2


def test_what_cannot_be_signed_any_more_keeps_nothing_from_the_others(journey, leaders):
    documents = [journey.submitted() for _ in range(3)]
    batch = start(journey, documents, code_of(journey, leaders))
    changed = documents[1].id
    leaders.status = 503
    work(journey, rounds=2)  # every step is done, nothing signed
    leaders.status = 0
    journey.later(minutes=1)
    row = journey.now(changed)
    row.approved_sha256 = "0" * 64
    journey.office.session().commit()
    work(journey)
    assert states(journey, documents) == [
        OutgoingState.SIGNED, OutgoingState.AWAITING_LEADER, OutgoingState.SIGNED,
    ]  # fmt: skip
    found = batches.progress(journey.office, journey.leader, batch)
    assert [line.outcome for line in found.lines] == ["done", "failed", "done"]
    assert len(leaders.sads) == 1


def test_a_wrong_code_gives_the_whole_batch_back_and_counts_once(journey, leaders):
    documents = [journey.submitted() for _ in range(2)]
    code_of(journey, leaders)
    start(journey, documents, "000000")
    work(journey)
    assert states(journey, documents) == [OutgoingState.AWAITING_LEADER] * 2
    assert failures(journey) == ["csc-otp-wrong"] * 2
    assert wrong(journey) == 1


def wrong(journey) -> int:
    newest = select(CertificateBinding.wrong_pins).order_by(CertificateBinding.id.desc())
    return journey.office.session().scalars(newest).first()


def test_wrong_codes_lock_the_key_though_the_pin_was_right_each_time(journey, leaders):
    doc = journey.submitted()
    for count in (1, 2, 3, 4):
        approve(journey, journey.now(doc.id), "000000")
        journey.work()
        assert (wrong(journey), failures(journey)[-1]) == (count, "csc-otp-wrong")
    approve(journey, journey.now(doc.id), "000000")
    journey.work()
    with pytest.raises(Locked, match="pin-locked"):
        approve(journey, journey.now(doc.id), "000000")
    journey.later(minutes=6)
    approve(journey, journey.now(doc.id), code_of(journey, leaders))
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    assert wrong(journey) == 0


def test_a_service_away_is_tried_again_and_then_gives_the_batch_back(journey, leaders):
    documents = [journey.submitted() for _ in range(2)]
    start(journey, documents, code_of(journey, leaders))
    leaders.status = 503
    for _ in range(4):
        work(journey, rounds=3)
        journey.later(minutes=1)
    assert failures(journey) == ["csc-away"] * 2
    assert states(journey, documents) == [OutgoingState.AWAITING_LEADER] * 2


def test_a_code_nobody_used_in_its_time_gives_the_batch_back(journey, leaders):
    documents = [journey.submitted()]
    start(journey, documents, code_of(journey, leaders))
    leaders.status = 503
    work(journey, rounds=2)
    leaders.status = 0
    journey.later(minutes=13)
    signing.forget_expired(journey.office)
    work(journey)
    assert failures(journey) == ["authorisation-expired"]
    assert states(journey, documents) == [OutgoingState.AWAITING_LEADER]
    assert not leaders.sads


def test_the_seal_and_every_enclosure_are_signed_under_one_code(journey, seals, annex):
    files = (
        Upload("phụ lục.pdf", annex), Upload("word.pdf", hybrid(annex)), Upload("b.csv", b"1;2;3"),
    )  # fmt: skip
    doc = enclosing(journey, *files)
    issue(journey, doc, code_of(journey, seals, journey.clerk))
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED, failures(journey)
    assert [str(each.manner) for each in doc.enclosures] == ["block", "block", "detached"]
    assert (seals.calls.count(AUTHORISE), seals.calls.count(SIGN)) == (1, 1)
    assert [sad["hashes"] for sad in seals.sads.values()] == [[]]  # each named hash was signed


def test_a_batch_of_seals_with_enclosures_is_signed_under_one_code(journey, seals, annex):
    documents = [enclosing(journey, Upload("a.pdf", annex)), enclosing(journey)]
    form = {
        "docs": [f"{doc.id}:{doc.signed_sha256}" for doc in documents], "pin": NEW_PIN,
        "otp": code_of(journey, seals, journey.clerk),
        "issued_date": journey.office.today().isoformat(),
    }  # fmt: skip
    batches.start(journey.office, journey.clerk, "issue", form)
    work(journey)
    assert states(journey, documents) == [OutgoingState.ISSUED] * 2
    assert (seals.calls.count(AUTHORISE), seals.calls.count(SIGN)) == (1, 1)


def test_an_authorisation_that_ran_out_gives_the_document_back_with_its_number(journey, seals):
    doc = enclosing(journey, Upload("b.csv", b"1;2;3"))
    seals.lasts = 0
    issue(journey, doc, code_of(journey, seals, journey.clerk))
    journey.work()
    assert failures(journey)[-1] == "csc-sad-expired"
    doc = journey.now(doc.id)
    assert (doc.state, doc.issued_sha256) == (OutgoingState.NUMBERED, None)
    seals.lasts = 300
    form = {"pin": NEW_PIN, "otp": code_of(journey, seals, journey.clerk)}
    outgoing.perform(journey.office, journey.clerk, doc.id, "reseal", form)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.ISSUED
    assert journey.now(doc.id).number_entry_id == doc.number_entry_id


def test_a_worker_that_died_after_signing_ahead_needs_no_second_code(
    journey, seals, annex, monkeypatch
):
    doc = enclosing(journey, Upload("a.pdf", annex), Upload("word.pdf", hybrid(annex)))
    issue(journey, doc, code_of(journey, seals, journey.clerk))
    pin = enclosures.pin

    def die(*arguments):
        pin(*arguments)
        raise KeyboardInterrupt  # nothing catches it: as when the process is gone

    monkeypatch.setattr(enclosures, "pin", die)
    with pytest.raises(KeyboardInterrupt):
        journey.work()
    monkeypatch.undo()
    journey.look_anew()
    journey.later(minutes=6)  # also when the time of signing would have moved on
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.ISSUED, failures(journey)
    assert (seals.calls.count(AUTHORISE), seals.calls.count(SIGN)) == (1, 1)
