"""Signing with keys that are on a token or at a remote service: from the PIN to the signed file,
and what is told when they are away or refuse."""

import pytest
from sqlalchemy import select

from adapters.signing.validate import validate
from domain.errors import Invalid, Locked
from domain.outgoing_flow import OutgoingState
from domain.verdicts import Verdict
from models.audit import AuditEntry
from models.signing import CertificateBinding, KeyBackend, SigningRequest, TrustRoot
from services import outgoing, signing
from tests.conftest import PASSWORD, PIN
from tests.signing.csc_server import PSS, running
from tests.signing_feature import holders
from tests.signing_feature.holders import a_service, a_token, bind_service, bind_token
from tests.visitor import Visitor

NEW_PIN = "864209"


@pytest.fixture
def service(journey):
    with running(a_service(journey.office)) as found:
        yield found


def approve(journey, doc, pin=NEW_PIN, **typed):
    form = {"pin": pin, "digest": doc.prepared_sha256} | typed
    return outgoing.perform(journey.office, journey.leader, doc.id, "approve", form)


def failure(journey) -> str:
    journey.look_anew()
    newest = select(SigningRequest.failure).order_by(SigningRequest.id.desc())
    return journey.office.session().scalars(newest).first()


def binding(journey, binding_id: int) -> CertificateBinding:
    journey.look_anew()
    return journey.office.session().get(CertificateBinding, binding_id)


def wait_and_work(journey) -> None:
    for _ in range(3):
        journey.work(rounds=1)
        journey.later(minutes=1)


def test_a_leader_signs_with_a_key_on_a_token_even_after_it_restarted(journey, tmp_path):
    hsm = a_token(tmp_path, journey.office)
    bound = binding(journey, bind_token(journey, NEW_PIN))
    assert (bound.backend, bound.parameters["key_id"]) == (KeyBackend.PKCS11, "a1")
    for _ in range(2):
        doc = journey.submitted()
        approve(journey, doc)
        journey.work()
        assert journey.now(doc.id).state == OutgoingState.SIGNED
        hsm.restart()


def test_a_token_pulled_out_is_waited_for_then_told_and_nothing_is_lost(journey, tmp_path):
    hsm = a_token(tmp_path, journey.office)
    bind_token(journey, NEW_PIN)
    doc = journey.submitted()
    hsm.pull_out()
    approve(journey, doc)
    wait_and_work(journey)
    assert failure(journey) == "token-absent"
    assert journey.now(doc.id).state == OutgoingState.AWAITING_LEADER
    hsm.plug_in()
    approve(journey, journey.now(doc.id))
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


def test_a_pin_that_the_token_refused_is_never_tried_again(journey, tmp_path):
    hsm = a_token(tmp_path, journey.office)
    bound = bind_token(journey, NEW_PIN)
    hsm.change_pin("HSM huyện", holders.TOKEN_PIN, "11223344")
    doc = journey.submitted()
    approve(journey, doc)
    journey.work()
    assert failure(journey) == "token-pin-refused"
    assert binding(journey, bound).secret_refused_at
    assert "signing:secret_refused" in journey.office.session().scalars(select(AuditEntry.tag))
    # The older key of a file serves meanwhile; with its own PIN.
    with pytest.raises(Invalid, match="pin-wrong"):
        approve(journey, journey.now(doc.id))
    rebound = bind_token(journey, NEW_PIN, secret="11223344")
    approve(journey, journey.now(doc.id))
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    assert rebound != bound


@pytest.mark.parametrize("version", [1, 2])
def test_a_leader_signs_at_a_remote_service(journey, service, version):
    bound = bind_service(journey, service, NEW_PIN, version)
    assert binding(journey, bound).backend == KeyBackend.CSC
    doc = journey.submitted()
    approve(journey, doc)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


@pytest.mark.parametrize("scal", ["1", "2"])
def test_the_code_that_a_service_sends_goes_with_the_pin(journey, service, scal):
    service.needs_otp, service.scal = True, scal
    bind_service(journey, service, NEW_PIN)
    doc = journey.submitted()
    with pytest.raises(Invalid, match="required"):
        approve(journey, doc)
    signing.send_otp(journey.office, journey.leader)
    approve(journey, doc, otp=service.otp)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


def test_wrong_codes_of_a_service_are_counted_like_wrong_pins(journey, service):
    service.needs_otp = True
    bind_service(journey, service, NEW_PIN)
    doc = journey.submitted()
    for left in (4, 3, 2, 1):
        with pytest.raises(Invalid, match="otp-wrong") as caught:
            approve(journey, doc, otp="000000")
        assert caught.value.fields["left"] == left
    with pytest.raises(Locked):
        approve(journey, doc, otp="000000")


def test_a_service_that_is_away_gives_the_document_back_after_three_tries(journey, service):
    bind_service(journey, service, NEW_PIN)
    doc = journey.submitted()
    approve(journey, doc)
    service.status = 503
    wait_and_work(journey)
    assert failure(journey) == "csc-away"
    assert journey.now(doc.id).state == OutgoingState.AWAITING_LEADER


def test_a_service_moved_in_the_database_gets_neither_access_nor_pin(journey, service):
    bound = binding(journey, bind_service(journey, service, NEW_PIN))
    bound.parameters = bound.parameters | {"url": "https://thief.example.vn/csc/v1"}
    journey.office.session().commit()
    before = len(service.calls)
    doc = journey.submitted()
    approve(journey, doc)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED, "the sealed copy counts"
    assert len(service.calls) > before


def test_a_key_that_nothing_guards_is_not_bound(journey, service):
    service.pin_presence = "false"
    with pytest.raises(Invalid, match="csc-credential-unguarded"):
        bind_service(journey, service, NEW_PIN)
    with pytest.raises(Invalid, match="pin-too-short"):
        bind_service(journey, service, PIN[:3])


def test_an_answer_in_pss_where_another_was_asked_for_is_no_signature(journey, service):
    bind_service(journey, service, NEW_PIN)
    service.answers = "pss"
    doc = journey.submitted()
    approve(journey, doc)
    wait_and_work(journey)
    assert failure(journey) == "signed-file-invalid"
    doc = journey.now(doc.id)
    assert (doc.state, doc.signed_sha256) == (OutgoingState.AWAITING_LEADER, None)
    service.answers = ""
    approve(journey, doc)
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED


def test_a_leader_signs_at_a_service_that_makes_only_pss(journey, service):
    service.algorithms = (PSS,)
    bind_service(journey, service, NEW_PIN)
    doc = journey.submitted()
    approve(journey, doc)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.SIGNED
    roots = journey.office.session().scalars(select(TrustRoot.certificate)).all()
    data = journey.office.files.read(doc.signed_sha256)
    (found,) = validate(data, roots, journey.office.now()).signatures
    assert (found.verdict, found.kind) == (Verdict.VALID, "person")


def test_a_key_that_makes_nothing_of_ours_is_not_bound(journey, service):
    service.algorithms = ("1.2.840.113549.1.1.13",)  # SHA-512 with RSA only
    with pytest.raises(Invalid, match="csc-algorithm"):
        bind_service(journey, service, NEW_PIN)


def test_the_button_sends_the_code_and_the_page_takes_it(journey, service):
    service.needs_otp = True
    bind_service(journey, service, NEW_PIN)
    doc = journey.submitted()
    leader, address = Visitor(journey.app, "st.chutich", PASSWORD), f"/outgoing/{doc.id}"
    page = leader.get(address).text
    assert "Gửi mã OTP cho tôi" in page
    assert 'name="otp"' in page
    sent = leader.submit("/signing/otp", {"back": address}, page=address)
    assert sent.location.endswith(address)
    assert "Dịch vụ ký đã gửi mã OTP" in leader.get(address).text
    assert service.calls.count("credentials/sendOTP") == 1
    form = {"version": doc.version, "digest": doc.prepared_sha256, "pin": NEW_PIN}
    refused = leader.submit(f"{address}/approve", form | {"otp": "000000"}, page=address)
    assert refused.status_code == 422
    assert "000000" not in refused.text
    spaced = f" {service.otp[:3]} {service.otp[3:]}\n"  # as telephones show it
    assert leader.submit(f"{address}/approve", form | {"otp": spaced}, page=address).location
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    clerk = Visitor(journey.app, "st.vanthu", PASSWORD)
    assert clerk.submit("/signing/otp", page="/").status_code == 422  # their key wants none
