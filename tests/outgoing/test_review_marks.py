"""Initials and opinions of reviewers: seen beside the pages and on a sheet, never in the file."""

from adapters.pdf import page_text
from services import outgoing
from services.outgoing import reviewing
from tests.conftest import PASSWORD
from tests.outgoing.drafts import drafted
from tests.visitor import Visitor

OPINION = "Đề nghị bổ sung số liệu quý III"


def test_reviewers_leave_initials_and_opinions_beside_the_document_but_not_in_it(
    node, office, actor
):
    officer, head = actor("st.chuyenvien"), actor("st.truongphong")
    document_id = drafted(office, officer)
    outgoing.perform(office, officer, document_id, "submit", {})
    before = outgoing.load(office, head, document_id).prepared_sha256
    outgoing.perform(office, head, document_id, "agree", {"comment": OPINION})
    doc = outgoing.load(office, head, document_id)
    (mark,) = reviewing.marks(doc)
    letters = "".join(word[0] for word in head.name.split())
    assert (mark.initials, mark.title, mark.opinion) == (letters, head.position, OPINION)
    assert doc.prepared_sha256 == before
    assert OPINION not in page_text(office.files.read(before), 0)
    visitor = Visitor(node, "st.chuyenvien", PASSWORD)
    page = visitor.get(f"/outgoing/{document_id}").text
    assert f">{letters}</strong>" in page
    assert OPINION in page
    answer = visitor.get(f"/outgoing/{document_id}/review-sheet.pdf")
    text = set(page_text(answer.data, 0).split())  # cells break into lines
    for said in ("PHIẾU TRÌNH", letters, head.name, head.position, OPINION):
        assert set(said.split()) <= text, said
    stranger = Visitor(node, "st.th.chutich", PASSWORD)
    stranger.get(f"/outgoing/{document_id}/review-sheet.pdf", status=404)


def test_a_return_bears_no_initials_and_marks_of_an_older_version_leave_the_screen(office, actor):
    officer, head = actor("st.chuyenvien"), actor("st.truongphong")
    document_id = drafted(office, officer)
    outgoing.perform(office, officer, document_id, "submit", {})
    outgoing.perform(office, head, document_id, "return", {"reason": "Sai"})
    doc = outgoing.load(office, officer, document_id)
    (mark,) = reviewing.marks(doc)
    assert (mark.initials, mark.current) == ("", True)
