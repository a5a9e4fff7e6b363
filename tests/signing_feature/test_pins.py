"""PINs: wrong ones are counted whatever else happens, five lock the key for five minutes."""

import pytest
from sqlalchemy import select

from domain.errors import Conflict, Forbidden, Invalid, Locked, NotFound
from domain.outgoing_flow import OutgoingState
from models.audit import AuditEntry
from models.signing import CertificateBinding, SigningRequest, SigningRole
from services import signing
from services.unit_of_work import transaction
from tests.conftest import PIN

WRONG = "135790"


def guess(journey, doc, times: int) -> list:
    refused = []
    for _ in range(times):
        with pytest.raises((Invalid, Locked)) as caught:
            journey.approve(doc, pin=WRONG)
        refused.append(caught.value)
    return refused


def tags(journey) -> list[str]:
    return list(journey.office.session().scalars(select(AuditEntry.tag)))


def test_a_wrong_pin_is_counted_although_the_approval_is_refused(journey):
    doc = journey.submitted()
    (refused,) = guess(journey, doc, 1)
    assert (refused.code, refused.fields["left"]) == ("pin-wrong", 4)
    assert journey.now(doc.id).state == OutgoingState.AWAITING_LEADER
    binding = leaders_binding(journey)
    assert binding.wrong_pins == 1
    assert "signing:pin_refused" in tags(journey)


def leaders_binding(journey) -> CertificateBinding:
    journey.look_anew()
    query = select(CertificateBinding).where(
        CertificateBinding.person_id == journey.leader.person_id
    )
    return journey.office.session().scalars(query).one()


def test_the_fifth_wrong_pin_locks_the_key_and_even_the_right_one_must_wait(journey):
    doc = journey.submitted()
    codes = [refused.code for refused in guess(journey, doc, 5)]
    assert codes == ["pin-wrong"] * 4 + ["pin-locked"]
    with pytest.raises(Locked) as caught:
        journey.approve(doc)
    assert caught.value.fields["until"]
    assert tags(journey).count("signing:pin_locked") == 1
    journey.later(minutes=5, seconds=1)
    assert journey.approve(doc).state == OutgoingState.SIGNING


def test_the_right_pin_forgives_the_wrong_ones_before(journey):
    doc = journey.submitted()
    guess(journey, doc, 4)
    journey.approve(doc)
    assert leaders_binding(journey).wrong_pins == 0


def test_a_locked_leader_does_not_lock_the_agencys_seal(journey):
    doc = journey.signed()
    other = journey.submitted()
    guess(journey, other, 5)
    assert journey.issue(doc).state == OutgoingState.SEALING


def test_an_empty_pin_is_asked_for_and_not_counted(journey):
    doc = journey.submitted()
    with pytest.raises(Invalid) as caught:
        signing.check_pin(journey.office, journey.leader, doc, SigningRole.LEADER, "")
    assert caught.value.code == "required"
    assert leaders_binding(journey).wrong_pins == 0


def test_the_leaders_pin_cannot_be_proved_by_a_clerk_nor_the_seals_by_an_officer(journey):
    doc = journey.submitted()
    with pytest.raises(Forbidden):
        signing.check_pin(journey.office, journey.clerk, doc, SigningRole.LEADER, PIN)
    officer = journey.actor("st.chuyenvien")
    with pytest.raises(Forbidden):
        signing.check_pin(journey.office, officer, doc, SigningRole.SEAL, PIN)


def test_nobody_of_another_agency_can_try_a_pin_on_a_document(journey):
    doc = journey.submitted()
    stranger = journey.actor("st.th.vanthu", "000.21.32.H48")
    with pytest.raises(NotFound):
        signing.check_pin(journey.office, stranger, doc, SigningRole.SEAL, PIN)


def test_a_proof_is_good_for_its_document_person_and_role_only(journey):
    doc, other = journey.submitted(), journey.submitted()
    proof = signing.check_pin(journey.office, journey.leader, doc, SigningRole.LEADER, PIN)
    for actor, asked in ((journey.leader, other), (journey.clerk, doc)):
        with (
            pytest.raises(Forbidden, match="pin-not-for-this"),
            transaction(journey.office, actor) as work,
        ):
            signing.request_leader(work, asked, proof, asked.prepared_sha256)


def test_a_proof_shows_nothing_of_the_key_and_cannot_be_pickled(journey):
    import pickle

    doc = journey.submitted()
    proof = signing.check_pin(journey.office, journey.leader, doc, SigningRole.LEADER, PIN)
    assert "data_key" not in repr(proof)
    with pytest.raises(TypeError):
        pickle.dumps(proof)


def test_other_bytes_than_those_shown_are_never_asked_for(journey):
    doc = journey.submitted()
    proof = signing.check_pin(journey.office, journey.leader, doc, SigningRole.LEADER, PIN)
    with (
        pytest.raises(Conflict, match="document-changed"),
        transaction(journey.office, journey.leader) as work,
    ):
        signing.request_leader(work, doc, proof, "0" * 64)
    with pytest.raises(Conflict, match="document-changed"):
        journey.approve(doc, digest="0" * 64)
    assert journey.office.session().scalars(select(SigningRequest)).all() == []


def test_a_leader_changes_the_pin_and_signs_with_the_new_one(journey):
    signing.change_pin(journey.office, journey.leader, PIN, "an-entirely-new-pin")
    doc = journey.submitted()
    with pytest.raises(Invalid, match="pin-wrong"):
        journey.approve(doc)
    journey.approve(doc, pin="an-entirely-new-pin")
    journey.work()
    assert journey.now(doc.id).state == OutgoingState.SIGNED
    assert "signing:pin_changed" in tags(journey)


def test_guesses_at_changing_the_pin_lock_the_key_as_well(journey):
    for _ in range(5):
        with pytest.raises((Invalid, Locked)):
            signing.change_pin(journey.office, journey.leader, WRONG, "another-pin")
    with pytest.raises(Locked):
        signing.change_pin(journey.office, journey.leader, PIN, "another-pin")
    with pytest.raises(Invalid, match="pin-too-short"):
        signing.change_pin(journey.office, journey.leader, PIN, "12345")
