"""Many documents signed, numbered, sealed and sent at once: one PIN, a result for each."""

import pytest
from sqlalchemy import func, select

from adapters.signing.validate import validate_strict
from domain.errors import Forbidden, Invalid, NotFound
from domain.outgoing_flow import OutgoingState as S
from models.audit import AuditEntry
from models.batches import BatchItem, SigningBatch
from models.outgoing import OutgoingDocument
from models.registers import RegisterEntry
from models.signing import CertificateBinding, SigningRequest
from services import batches, outgoing
from services.batches import running
from services.office import Office
from services.signing import certificates
from tests.conftest import PIN, drain


def states(desk, documents) -> list[str]:
    desk.look_anew()
    query = select(OutgoingDocument.id, OutgoingDocument.state)
    found = dict(desk.office.session().execute(query).all())
    return [found[doc.id] for doc in documents]


def test_twelve_documents_are_signed_and_issued_with_two_pins_and_numbers_without_gaps(desk):
    documents = desk.waiting(12)
    batch_id = desk.sign_all(documents)
    assert states(desk, documents) == [S.AWAITING_LEADER] * 12  # a job does it, not the page
    desk.work()
    assert desk.outcomes(batch_id) == ["done"] * 12
    signed = [desk.now(doc.id) for doc in documents]
    in_order = [signed[5], *signed[:5], *signed[6:]]
    batch_id = desk.issue_all(in_order)
    desk.work()
    assert desk.outcomes(batch_id, desk.clerk) == ["done"] * 12
    issued = [desk.now(doc.id) for doc in in_order]
    assert [doc.state for doc in issued] == [S.ISSUED] * 12
    assert [doc.number_entry.number for doc in issued] == list(range(1, 13))
    for doc in (issued[0], issued[-1]):
        report = validate_strict(desk.office.files.read(doc.issued_sha256), ())
        assert [each.verdict.intact for each in report.signatures] == [True, True]
    docs = [f"{doc.id}:{doc.issued_sha256}" for doc in issued]
    batch_id = batches.start(desk.office, desk.clerk, "dispatch", {"docs": docs})
    desk.work(kinds=["batch"])
    assert desk.outcomes(batch_id, desk.clerk) == ["done"] * 12
    assert states(desk, documents) == [S.DISPATCHED] * 12


def test_each_document_has_its_own_result_and_a_refused_one_does_not_stop_the_rest(desk):
    documents = desk.waiting(4)
    batch_id = desk.sign_all(documents)
    chief, officer = desk.leader, desk.actor("st.chuyenvien")
    outgoing.perform(desk.office, chief, documents[1].id, "return", {"reason": "Sai số liệu"})
    outgoing.edit(desk.office, officer, documents[1].id, _anew(desk, "Về việc kiểm tra lại"))
    desk.work()
    assert desk.outcomes(batch_id) == ["done", "failed", "done", "done"]
    line = batches.progress(desk.office, desk.leader, batch_id).lines[1]
    assert line.refusal.code == "wrong-state"
    assert states(desk, documents) == [S.SIGNED, S.DRAFT, S.SIGNED, S.SIGNED]


def test_a_document_that_was_changed_after_the_list_was_shown_is_not_signed(desk):
    documents = desk.waiting(2)
    docs = [f"{documents[0].id}:{'0' * 64}", f"{documents[1].id}:{documents[1].prepared_sha256}"]
    batch_id = desk.sign_all(documents, docs=docs)
    desk.work()
    first, _second = batches.progress(desk.office, desk.leader, batch_id).lines
    assert (first.outcome, first.refusal.code) == ("failed", "document-changed")
    assert states(desk, documents) == [S.AWAITING_LEADER, S.SIGNED]


def test_a_stopped_batch_gives_back_what_has_not_begun(desk):
    documents = desk.waiting(8)
    batch_id = desk.sign_all(documents)
    drain(desk.app, rounds=1, kinds={"batch"})
    assert batches.stop(desk.office, desk.leader, batch_id) == 8 - running.AT_ONCE
    desk.work()
    assert desk.outcomes(batch_id) == ["done"] * 5 + ["given_back"] * 3
    assert states(desk, documents) == [S.SIGNED] * 5 + [S.AWAITING_LEADER] * 3
    sealed = select(func.count()).where(BatchItem.authorisation.is_not(None))
    assert desk.office.session().scalar(sealed) == 0
    assert batches.stop(desk.office, desk.leader, batch_id) == 0


def test_a_number_is_not_lost_by_a_document_that_cannot_be_issued(desk):
    documents = desk.waiting(3)
    desk.sign_all(documents)
    desk.work()
    signed = [desk.now(doc.id) for doc in documents]
    docs = [f"{doc.id}:{doc.signed_sha256}" for doc in signed]
    docs[1] = f"{signed[1].id}:{'0' * 64}"
    batch_id = desk.issue_all(signed, docs=docs)
    desk.work()
    assert desk.outcomes(batch_id, desk.clerk) == ["done", "failed", "done"]
    entries = select(RegisterEntry.number).order_by(RegisterEntry.number)
    assert list(desk.office.session().scalars(entries)) == [1, 2]


def test_one_wrong_pin_counts_once_and_starts_nothing(desk):
    documents = desk.waiting(3)
    with pytest.raises(Invalid, match="pin-wrong"):
        desk.sign_all(documents, pin="000000")
    desk.look_anew()
    session = desk.office.session()
    wrong = select(CertificateBinding.wrong_pins).where(
        CertificateBinding.person_id == desk.leader.person_id
    )
    assert session.scalar(wrong) == 1
    assert session.scalar(select(func.count(SigningBatch.id))) == 0


def test_what_was_never_opened_is_signed_only_when_the_leader_says_so(desk):
    documents = desk.waiting(2)
    with pytest.raises(Invalid, match="batch-unopened") as refused:
        desk.sign_all(documents, unopened="")
    assert refused.value.fields["count"] == 2


def test_the_same_form_sent_twice_is_one_batch(desk):
    documents = desk.waiting(2)
    first = desk.sign_all(documents, form_token="a1")
    assert desk.sign_all(documents, form_token="a1") == first


def test_an_authorisation_is_good_for_its_document_and_ten_minutes_only(desk):
    documents = desk.waiting(3)
    batch_id = desk.sign_all(documents)
    session = desk.office.session()
    items = session.scalars(select(BatchItem).order_by(BatchItem.ordinal)).all()
    first, second = items[0].authorisation, items[1].authorisation
    items[0].authorisation, items[1].authorisation = second, first
    session.commit()
    drain(desk.app, rounds=1, kinds={"batch"})
    codes = [
        line.refusal and line.refusal.code
        for line in batches.progress(desk.office, desk.leader, batch_id).lines
    ]
    assert codes == ["authorisation-invalid", "authorisation-invalid", None]
    assert session.scalar(select(func.max(SigningRequest.authorised_until))) == session.scalar(
        select(SigningBatch.authorised_until)
    )
    late = desk.sign_all([desk.now(doc.id) for doc in documents[:2]])
    desk.later(minutes=11)
    batches.forget_expired(desk.office)
    desk.work()
    found = batches.progress(desk.office, desk.leader, late)
    assert [line.refusal.code for line in found.lines] == ["authorisation-expired"] * 2


def test_a_batch_is_nobody_elses_and_nobody_signs_for_others(desk):
    documents = desk.waiting(1)
    batch_id = desk.sign_all(documents)
    with pytest.raises(NotFound):
        batches.progress(desk.office, desk.clerk, batch_id)
    with pytest.raises(NotFound):
        batches.stop(desk.office, desk.actor("st.phochutich"), batch_id)
    docs = {"docs": [f"{documents[0].id}:{documents[0].prepared_sha256}"], "pin": PIN}
    with pytest.raises(Forbidden):
        batches.start(desk.office, desk.clerk, "approve", docs)
    with pytest.raises(Forbidden):
        batches.start(desk.office, desk.leader, "issue", docs)
    stranger = desk.actor("st.th.chutich", agency="000.21.32.H48")
    with pytest.raises(NotFound):
        batches.start(desk.office, stranger, "approve", docs)
    for wrong in ([], ["x"], ["1:abc"]):
        with pytest.raises((Invalid, NotFound)):
            batches.start(desk.office, desk.leader, "approve", {"docs": wrong, "pin": PIN})


def test_a_leader_who_lost_the_position_meanwhile_signs_nothing(desk):
    batch_id = desk.sign_all(desk.waiting(1))
    _end_appointment(desk.office, desk.leader)
    desk.work()
    line = batches.progress(desk.office, desk.leader, batch_id).lines[0]
    assert line.refusal.code == "appointment-ended"


def test_a_document_nobody_foresaw_is_passed_after_three_tries(desk, monkeypatch):
    documents = desk.waiting(2)
    batch_id = desk.sign_all(documents)
    real = running.actions.do

    def broken(work, document_id, *rest):
        if document_id == documents[0].id:
            raise RuntimeError("no refusal")
        return real(work, document_id, *rest)

    monkeypatch.setattr(running.actions, "do", broken)
    for _try in range(5):
        desk.work()
        desk.later(minutes=1)
    assert desk.outcomes(batch_id) == ["failed", "done"]


def test_the_audit_chain_tells_of_the_batch_and_of_each_document(desk):
    documents = desk.waiting(2)
    batch_id = desk.sign_all(documents)
    desk.work()
    query = select(AuditEntry).order_by(AuditEntry.sequence)
    entries = desk.office.session().scalars(query).all()
    started = next(each for each in entries if each.tag == "batch:start")
    assert started.details["documents"] == [doc.id for doc in documents]
    approved = [each for each in entries if each.tag == "outgoing:approve"]
    assert [each.details["batch"] for each in approved] == [batch_id] * 2
    assert {each.person_name for each in approved} == {desk.leader.name}


def _anew(desk, subject: str) -> dict:
    from tests.signing_feature.conftest import DRAFT

    return DRAFT | {"signer_id": str(desk.leader.appointment_id), "subject": subject}


def _end_appointment(office: Office, actor) -> None:
    from datetime import timedelta

    from domain.roles import SYSTEM
    from models.agencies import Appointment
    from services.unit_of_work import transaction

    with transaction(office, SYSTEM) as work:
        held = work.session.get_one(Appointment, actor.appointment_id)
        held.valid_to = office.today() - timedelta(days=1)


def test_a_certificate_suspended_in_the_middle_of_a_batch_signs_nothing_more(desk):
    """What is signed stays; what was decided and not signed yet goes back as well."""
    documents = desk.waiting(7)
    batch_id = desk.sign_all(documents)
    drain(desk.app, rounds=1, kinds={"batch"})  # five decisions
    drain(desk.app, rounds=1, kinds={"sign"})
    desk.look_anew()
    signed = [state == S.SIGNED for state in states(desk, documents)]
    mine = CertificateBinding.person_id == desk.leader.person_id
    binding_id = desk.office.session().scalars(select(CertificateBinding.id).where(mine)).one()
    certificates.suspend(desk.office, desk.actor("st.quantri"), binding_id, "mất token")
    desk.work()
    after = states(desk, documents)
    assert [state == S.SIGNED for state in after] == signed
    assert 0 < sum(signed) <= 5
    assert {state for state, done in zip(after, signed, strict=True) if not done} == {
        S.AWAITING_LEADER
    }
    found = batches.progress(desk.office, desk.leader, batch_id)
    codes = {line.refusal.code for line in found.lines if line.refusal}
    assert codes == {"certificate-suspended"}
    assert found.is_over
