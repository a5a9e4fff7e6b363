"""Signing on a paired computer, over the machine endpoints: the way of a document, and every answer
that must not be taken."""

import base64
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.signing.validate import validate_strict
from domain.errors import Conflict, Invalid, NotFound
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from models.agencies import Appointment
from models.audit import AuditEntry
from models.signing import CertificateBinding, SigningRequest, SigningRole, SigningState, TrustRoot
from models.tokens import SigningDevice, TokenSigning
from services import outgoing, tokens
from services.signing import bindings, certificates, devices, proving
from services.unit_of_work import transaction
from tests.conftest import PIN
from tests.signing_token.conftest import held, leaders_p12, message_digest


def last_request(journey) -> SigningRequest:
    journey.look_anew()
    query = select(SigningRequest).order_by(SigningRequest.id.desc()).limit(1)
    return journey.office.session().scalars(query).one()


def codes(journey) -> list[str]:
    """Codes of refused tries, from the audit chain."""
    journey.look_anew()
    query = select(AuditEntry.details).where(AuditEntry.tag == "signing:token_refused")
    return [details["code"] for details in journey.office.session().scalars(query)]


def test_both_signatures_come_from_tokens_and_the_node_never_had_a_key(journey):
    journey.bind_seal()
    leader, clerk = journey.paired(journey.leader), journey.paired(journey.clerk)
    doc = journey.asked()
    assert doc.state == OutgoingState.SIGNING
    leader.sign(journey.token)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.SIGNED
    journey.issue(doc, pin="")
    (task,) = clerk.tasks()
    assert (task["role"], task["reference"]) == ("seal", journey.now(doc.id).reference)
    clerk.sign(journey.seal_token)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.ISSUED
    roots = journey.office.session().scalars(select(TrustRoot.certificate)).all()
    data = journey.office.files.read(doc.issued_sha256)
    found = validate_strict(data, roots, journey.office.now()).signatures
    assert [(each.field, str(each.verdict)) for each in found] == [
        ("Leader", "valid"), ("Seal", "valid")
    ]  # fmt: skip
    bound = select(CertificateBinding).where(CertificateBinding.backend == "token")
    assert {each.key_sealed for each in journey.office.session().scalars(bound)} == {b""}


def test_what_is_fetched_is_exactly_what_is_signed(journey):
    machine = journey.paired(journey.leader)
    doc = journey.asked()
    (task,) = machine.tasks()
    prepared = machine.prepare(task["id"])
    document = machine.document(task["id"], prepared["nonce"])
    shown = journey.office.files.read(doc.prepared_sha256)
    assert document.startswith(shown)
    assert task["input_sha256"] == hashlib.sha256(shown).hexdigest()
    assert len(message_digest(prepared)) == 32


def test_a_signature_by_another_certificate_is_refused_in_words(journey):
    machine = journey.paired(journey.leader)
    doc = journey.asked()
    (task,) = machine.tasks()
    refused = machine.answer(task["id"], machine.prepare(task["id"]), journey.stranger, 422)
    assert refused.json["code"] == "token-signature-wrong"
    assert "chứng thư đã gắn" in refused.json["message"]
    assert journey.now(doc.id).state == OutgoingState.SIGNING
    assert codes(journey) == ["token-signature-wrong"]


def test_a_signature_over_something_else_is_refused(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    (task,) = machine.tasks()
    prepared = machine.prepare(task["id"])
    refused = machine.answer(task["id"], prepared, journey.token, 422, data=b"another document")
    assert refused.json["code"] == "token-signature-wrong"


def test_a_second_answer_and_a_late_one_are_refused(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    (task,) = machine.tasks()
    first = machine.prepare(task["id"])
    journey.later(minutes=11)
    late = machine.answer(task["id"], first, journey.token, 409)
    assert late.json["code"] == "token-answer-late"
    second = machine.prepare(task["id"])
    machine.answer(task["id"], second, journey.token)
    again = machine.answer(task["id"], second, journey.token, 409)
    assert again.json["code"] == "token-not-awaited"


def test_of_two_computers_the_last_one_that_asked_may_answer(journey):
    one, other = journey.paired(journey.leader), journey.paired(journey.leader)
    journey.asked()
    (task,) = one.tasks()
    first, second = one.prepare(task["id"]), other.prepare(task["id"])
    assert one.answer(task["id"], first, journey.token, 409).json["code"] == "token-answer-late"
    # Nor may one computer bring what was prepared for the other.
    assert one.answer(task["id"], second, journey.token, 409).json["code"] == "token-answer-late"
    other.answer(task["id"], second, journey.token)
    journey.work()
    assert last_request(journey).state == SigningState.DONE


def test_another_persons_request_does_not_exist(journey):
    journey.asked()
    stranger = journey.paired(journey.actor("st.phochutich"))
    request_id = last_request(journey).id
    assert stranger.tasks() == []
    stranger.call("POST", f"/tasks/{request_id}/prepare", 404, json={})
    stranger.call("GET", f"/tasks/{request_id}/document?nonce=x", 404)
    body = {"nonce": "x", "signature": "AAAA"}
    stranger.call("POST", f"/tasks/{request_id}/signature", 404, json=body)


def test_a_revoked_computer_can_do_nothing_and_only_its_owner_revokes_it(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    device_id = journey.office.session().scalars(select(SigningDevice.id)).one()
    with pytest.raises(NotFound):
        devices.revoke(journey.office, journey.clerk, device_id)
    (task,) = machine.tasks()
    prepared = machine.prepare(task["id"])
    devices.revoke(journey.office, journey.leader, device_id)
    assert machine.call("GET", "/tasks", 401).json["code"] == "device-unknown"
    machine.answer(task["id"], prepared, journey.token, 401)


def test_a_pairing_code_is_good_once_and_for_ten_minutes(journey):
    client = journey.app.test_client()
    code = devices.new_code(journey.office, journey.leader)
    body = {"code": code.lower().replace("-", " "), "name": "Máy", "certificates": []}
    assert client.post("/signing-token/pair", json=body).status_code == 200
    again = client.post("/signing-token/pair", json=body)
    assert (again.status_code, again.json["code"]) == (401, "pairing-code-wrong")
    code = devices.new_code(journey.office, journey.leader)
    newer = devices.new_code(journey.office, journey.leader)
    assert client.post("/signing-token/pair", json=body | {"code": code}).status_code == 401
    journey.later(minutes=11)
    assert client.post("/signing-token/pair", json=body | {"code": newer}).status_code == 401


def test_of_code_and_secret_only_hashes_are_kept(journey):
    code = devices.new_code(journey.office, journey.leader)
    body = {"code": code, "name": "Máy", "certificates": []}
    secret = journey.app.test_client().post("/signing-token/pair", json=body).json["secret"]
    journey.look_anew()
    (row,) = journey.office.session().scalars(select(SigningDevice))
    kept = str({column.key: getattr(row, column.key) for column in row.__table__.columns})
    assert secret not in kept
    assert code.replace("-", "") not in kept
    assert row.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()


def test_a_certificate_that_the_computer_sends_signs_nothing_before_it_is_confirmed(journey):
    deputy = journey.actor("st.phochutich")
    brought = held(leaders_p12(journey.office.now(), deputy.name))
    sent = [base64.b64encode(each.certificate).decode() for each in (brought, journey.stranger)]
    body = {"code": devices.new_code(journey.office, deputy), "name": "Máy", "certificates": sent}
    told = journey.app.test_client().post("/signing-token/pair", json=body).json
    assert "quản trị viên xác nhận" in told["certificates"][0]
    assert "khác với người" in told["certificates"][1]
    journey.look_anew()
    query = select(CertificateBinding).order_by(CertificateBinding.id.desc()).limit(1)
    binding = journey.office.session().scalars(query).one()
    with pytest.raises(Invalid, match="certificate-unconfirmed"):
        bindings.check(binding, journey.office.now())
    certificates.confirm(journey.office, journey.actor("st.quantri"), binding.id)
    journey.look_anew()
    found = proving.token_of(journey.office, deputy, SigningRole.LEADER)
    assert found.subject == deputy.name


def test_giving_up_loses_nothing_and_keeps_the_number(journey):
    journey.bind_seal()
    doc = journey.asked()
    request = last_request(journey)
    with pytest.raises(NotFound):
        tokens.abandon(journey.office, journey.clerk, "document", request.id)
    tokens.abandon(journey.office, journey.leader, "document", request.id)
    doc = journey.now(doc.id)
    assert doc.state == OutgoingState.AWAITING_LEADER
    journey.approve(doc, pin="")
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    doc = journey.now(doc.id)
    journey.issue(doc, pin="")
    reference = journey.now(doc.id).reference
    tokens.abandon(journey.office, journey.clerk, "document", last_request(journey).id)
    doc = journey.now(doc.id)
    assert (doc.state, doc.reference) == (OutgoingState.NUMBERED, reference)
    outgoing.perform(journey.office, journey.clerk, doc.id, "reseal", {})
    journey.paired(journey.clerk).sign(journey.seal_token)
    journey.work()
    doc = journey.now(doc.id)
    assert (doc.state, doc.reference) == (OutgoingState.ISSUED, reference)


def test_what_no_token_signs_in_a_day_is_given_back_by_the_sweeper(journey):
    doc = journey.asked()
    tokens.expire(journey.office)
    assert journey.now(doc.id).state == OutgoingState.SIGNING
    journey.later(hours=24, seconds=1)
    tokens.expire(journey.office)
    assert journey.now(doc.id).state == OutgoingState.AWAITING_LEADER
    assert last_request(journey).failure == "token-late"
    with pytest.raises(Conflict, match="token-not-awaited"):
        tokens.abandon(journey.office, journey.leader, "document", last_request(journey).id)


def test_the_authority_is_asked_again_when_the_token_answers(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    (task,) = machine.tasks()
    prepared = machine.prepare(task["id"])
    with transaction(journey.office, SYSTEM) as work:
        binding = work.session.get_one(CertificateBinding, last_request(journey).binding_id)
        binding.revoked_at = work.now
    refused = machine.answer(task["id"], prepared, journey.token, 422)
    assert refused.json["code"] == "certificate-revoked"


def test_a_leader_who_was_replaced_signs_nothing(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    (task,) = machine.tasks()
    with transaction(journey.office, SYSTEM) as work:
        post = work.session.get_one(Appointment, journey.leader.appointment_id)
        post.valid_to = journey.office.today() - timedelta(days=1)
    refused = machine.call("POST", f"/tasks/{task['id']}/prepare", 403, json={})
    assert refused.json["code"] == "appointment-ended"


def test_nothing_prepared_outlives_the_signature(journey):
    machine = journey.paired(journey.leader)
    journey.asked()
    machine.sign(journey.token)
    journey.work()
    journey.look_anew()
    (kept,) = journey.office.session().scalars(select(TokenSigning))
    assert (kept.prepared, kept.signature) == (None, None)


def test_who_has_a_key_on_the_node_still_gives_the_pin(journey):
    doc = journey.asked()
    journey.paired(journey.leader).sign(journey.token)
    journey.work()
    with pytest.raises(Invalid, match="required"):
        journey.issue(journey.now(doc.id), pin="")
    journey.issue(journey.now(doc.id), pin=PIN)


CARELESS = (
    ("/pair", b"no json", 422),
    ("/pair", b'{"code": 1, "name": "x"}', 422),
    ("/pair", b'{"code": "x", "name": "x", "certificates": ["%"]}', 422),
    ("/nowhere", b"{}", 404),
    ("/tasks/1/prepare", b"{}", 401),
)


def test_careless_calls_are_refused_in_json(journey):
    client = journey.app.test_client()
    for path, body, status in CARELESS:
        answer = client.post(f"/signing-token{path}", data=body)
        assert answer.status_code == status, path
        assert answer.json["message"]
