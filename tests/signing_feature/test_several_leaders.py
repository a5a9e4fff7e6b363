"""Several leaders on one document: each signs in a field of their own, one after the other; the
document is signed when all have signed."""

import pytest

from adapters.pdf import page_text
from adapters.signing.finding import find_fields
from adapters.signing.pdf import open_pdf
from adapters.signing.validate import validate_strict
from domain.errors import Forbidden, Invalid
from domain.outgoing_flow import OutgoingState as S
from domain.places import POINTS_PER_MM
from models.audit import AuditEntry
from services import outgoing
from services.outgoing import Upload, placing
from tests.conftest import PASSWORD, PIN
from tests.signing.conftest import typeset
from tests.signing_feature.conftest import DRAFT
from tests.visitor import Visitor


def waiting(journey, **changes):
    """A document that the chairman signs first and the deputy second."""
    deputy, officer = journey.actor("st.phochutich"), journey.actor("st.chuyenvien")
    form = DRAFT | {
        "signer_id": str(journey.leader.appointment_id),
        "cosigner_2": str(deputy.appointment_id),
    }
    document_id = outgoing.create(journey.office, officer, form | changes)
    outgoing.perform(journey.office, officer, document_id, "submit", {})
    outgoing.perform(journey.office, journey.actor("st.truongphong"), document_id, "agree", {})
    doc = outgoing.perform(journey.office, journey.actor("st.chanhvp"), document_id, "forward", {})
    return doc, deputy


def approve(journey, who, doc):
    form = {"pin": PIN, "digest": doc.to_sign_sha256}
    outgoing.perform(journey.office, who, doc.id, "approve", form)
    journey.work()
    return journey.now(doc.id)


def test_two_leaders_sign_one_after_the_other_and_the_seal_closes_both(journey):
    doc, deputy = waiting(journey)
    text = page_text(journey.office.files.read(doc.prepared_sha256), 0)
    for name in ("Trần Quang Vinh", deputy.name):
        assert name in text
    assert "KT. CHỦ TỊCH" in text
    with pytest.raises(Forbidden):
        approve(journey, deputy, doc)
    doc = approve(journey, journey.leader, doc)
    assert (doc.state, doc.signer_id) == (S.AWAITING_LEADER, deputy.appointment_id)
    page = Visitor(journey.app, "st.phochutich", PASSWORD)
    assert doc.to_sign_sha256 in page.get("/signing/").text
    assert "đã ký" in page.get(f"/outgoing/{doc.id}").text
    page.get(f"/outgoing/{doc.id}/preview")
    sheet = page_text(page.get(f"/outgoing/{doc.id}/review-sheet.pdf").data, 0)
    assert f"{journey.leader.name}, Chủ tịch; {deputy.name}, Phó Chủ tịch" in sheet
    with pytest.raises(Forbidden):
        approve(journey, journey.leader, doc)
    first = doc.signed_sha256
    doc = approve(journey, deputy, doc)
    assert (doc.state, doc.signer_id) == (S.SIGNED, journey.leader.appointment_id)
    read = journey.office.files.read
    assert read(doc.signed_sha256).startswith(read(first))
    journey.issue(doc)
    journey.work()
    doc = journey.now(doc.id)
    assert doc.state == S.ISSUED
    found = validate_strict(read(doc.issued_sha256), ()).signatures
    assert [each.field for each in found] == ["Leader", "Leader2", "Seal"]
    assert [each.verdict.intact for each in found] == [True] * 3
    assert found[1].signer_name == deputy.name


def test_a_document_returned_by_the_second_leader_loses_the_first_signature(journey):
    doc, deputy = waiting(journey)
    doc = approve(journey, journey.leader, doc)
    first = doc.signed_sha256
    outgoing.perform(journey.office, deputy, doc.id, "return", {"reason": "Sai số liệu"})
    doc = journey.now(doc.id)
    assert (doc.state, doc.signed_sha256) == (S.DRAFT, None)
    assert doc.signer_id == journey.leader.appointment_id
    entry = journey.office.session().query(AuditEntry).filter_by(tag="outgoing:return").one()
    assert entry.details["void"] == [first]
    assert journey.office.files.read(first)  # kept, for whoever asks later
    officer = journey.actor("st.chuyenvien")
    alone = DRAFT | {"signer_id": str(journey.leader.appointment_id)}
    outgoing.edit(journey.office, officer, doc.id, alone)
    doc = journey.now(doc.id)
    assert doc.signers == []
    assert doc.to_sign_sha256 == doc.prepared_sha256


@pytest.mark.parametrize(
    ("who", "code"), [("st.chutich", "cosigner-twice"), ("st.chanhvp", "signer-not-leader")]
)
def test_who_cannot_sign_beside_the_first_is_refused_at_the_draft(journey, who, code):
    with pytest.raises(Invalid, match=code):
        waiting(journey, cosigner_2=str(journey.actor(who).appointment_id))


def test_the_places_of_further_leaders_are_set_by_hand_and_that_is_where_they_sign(journey):
    """A file in which nothing is found: every place is a person's, the second leader's too."""
    deputy, officer = journey.actor("st.phochutich"), journey.actor("st.chuyenvien")
    blank = typeset('#set page(paper: "a4")\nMột trang không có chỗ ký.')
    form = DRAFT | {
        "signer_id": str(journey.leader.appointment_id),
        "cosigner_2": str(deputy.appointment_id),
        "source": "file",
        "file": Upload("công văn.pdf", blank),
    }
    own = outgoing.create(journey.office, officer, form)
    page, there = Visitor(journey.app, "st.chuyenvien", PASSWORD), f"/outgoing/{own}/places"
    shown = page.get(there).text
    assert f"Chữ ký thứ 2: {deputy.name}" in shown
    spots = placing.current(journey.office, outgoing.load(journey.office, officer, own))
    fields = {f"{n}_{k}": str(v) for n, spot in spots.items() for k, v in vars(spot).items()}
    moving = fields | {"moving": "leader2", "intent": "move-right"}
    moved = page.submit(there, moving, page=there).text
    assert f'name="leader2_left" value="{spots["leader2"].left + 1:g}"' in moved
    assert f'name="seal_left" value="{round(spots["seal"].left, 1):g}"' in moved
    here = fields | {"leader2_left": "40", "leader2_top": "180", "intent": "save"}
    assert page.submit(there, here, page=there).status_code == 303
    doc = journey.now(own)
    box = find_fields(open_pdf(journey.office.files.read(doc.prepared_sha256)), ("Leader2",))
    assert box["Leader2"].box.left / POINTS_PER_MM == pytest.approx(40, abs=0.1)
    top = 297 - (box["Leader2"].box.bottom + box["Leader2"].box.height) / POINTS_PER_MM
    assert top == pytest.approx(180, abs=0.2)
    outside = here | {"leader2_left": "500"}
    assert page.submit(there, outside, page=there).status_code == 422
    low = page.submit(there, fields | {"intent": "preset-high"}, page=there).text
    assert 'name="leader2_top" value="90"' in low
