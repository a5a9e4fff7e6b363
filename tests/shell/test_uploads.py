"""What is said when a file is too large, and that nothing typed beside it is lost."""

import io

import pytest

from demo import province
from tests.conftest import PASSWORD, find_actor, make_node
from tests.outgoing.drafts import letter
from tests.visitor import Visitor

LIMIT = 1024 * 1024
SUBJECT = "Trích yếu đã gõ từ trước"


@pytest.fixture
def app(tmp_path):
    return make_node(tmp_path / "node", province.SON_TINH, settings={"max_upload": LIMIT})


def file_of(size: int, name: str):
    return io.BytesIO(b"%PDF-1.7\n".ljust(size, b"x")), name


def draft(app, size: int) -> dict:
    with app.app_context():
        office = app.extensions["office"]
        form = letter(office, find_actor(office, "st.chuyenvien"), subject=SUBJECT, source="file")
    return form | {"file": file_of(size, "du-thao.pdf")}


def test_a_draft_too_large_is_refused_beside_its_field_and_the_rest_stays(app):
    officer = Visitor(app, "st.chuyenvien", PASSWORD)
    answer = officer.submit("/outgoing/new", draft(app, 3 * LIMIT), page="/outgoing/new")
    assert answer.status_code == 422
    assert "quá lớn (tối đa 1 MB)" in answer.text
    assert SUBJECT in answer.text
    assert "du-thao.pdf: trình duyệt không giữ tệp đã chọn" in answer.text


@pytest.mark.parametrize("name", ["quet.pdf", "quet.jpg"])
def test_a_scan_too_large_is_refused_beside_its_field_and_the_rest_stays(app, name):
    clerk = Visitor(app, "st.vanthu", PASSWORD)
    typed = {"subject": SUBJECT, "file": file_of(3 * LIMIT, name)}
    answer = clerk.submit("/incoming/new", typed, page="/incoming/new")
    assert answer.status_code == 422
    assert "quá lớn (tối đa 1 MB)" in answer.text
    assert SUBJECT in answer.text


def test_a_flood_is_cut_off_with_a_page_that_says_why(app):
    officer = Visitor(app, "st.chuyenvien", PASSWORD)
    answer = officer.submit("/outgoing/new", draft(app, 9 * LIMIT), page="/outgoing/new")
    assert answer.status_code == 413
    assert "quá lớn (tối đa 1 MB)" in answer.text
