"""A draft's form sent twice: by a second press, by going back, by two presses at once."""

import re
import threading

import pytest
from sqlalchemy import func, select

from domain.errors import Conflict
from domain.outgoing_flow import OutgoingState
from extensions import db
from models.outgoing import OutgoingDocument
from services import outgoing
from services.outgoing.form import Upload
from tests.conftest import PASSWORD
from tests.outgoing.drafts import force, letter
from tests.outgoing.test_outgoing_drafting import uploaded_letter
from tests.visitor import Visitor

TOKEN = "d" * 32


def drafts(office) -> int:
    office.session().rollback()
    return office.session().scalar(select(func.count()).select_from(OutgoingDocument))


def test_the_same_drawn_form_makes_one_draft(office, actor):
    officer = actor("st.chuyenvien")
    form = letter(office, officer, form_token=TOKEN, addressees="- Như trên;\r\n- Lưu: VT.")
    first = outgoing.create(office, officer, form)
    assert outgoing.create(office, officer, form) == first
    assert outgoing.create(office, officer, form | {"form_token": "e" * 32}) != first
    assert drafts(office) == 2
    # Another person's form is another form, whatever token it says to have.
    other = actor("st.truongphong")
    assert outgoing.create(office, other, letter(office, other, form_token=TOKEN)) != first


def test_a_form_that_says_something_else_by_now_asks_first(office, actor):
    officer = actor("st.chuyenvien")
    form = letter(office, officer, form_token=TOKEN)
    first = outgoing.create(office, officer, form)
    with pytest.raises(Conflict) as asked:
        outgoing.create(office, officer, form | {"body": "Nội dung khác."})
    assert (asked.value.code, asked.value.fields["document_id"]) == ("draft-made", first)
    force(office, first, OutgoingState.CANCELLED)
    with pytest.raises(Conflict):
        outgoing.create(office, officer, form)
    assert drafts(office) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": ["000.00.31.H48", "000.21.31.H48"]},
        {"informed": ["000.00.31.H48"]},
        {"enclosures": [Upload("phụ lục.txt", b"mot")]},
        {"source": "file", "file": Upload("du thao.pdf", b"%PDF-1.7")},
    ],
)
def test_other_recipients_and_files_are_something_else_too(office, actor, change):
    officer = actor("st.chuyenvien")
    form = letter(office, officer, form_token=TOKEN, recipients=["000.00.31.H48"])
    outgoing.create(office, officer, form)
    with pytest.raises(Conflict, match="draft-made"):
        outgoing.create(office, officer, form | change)


def test_the_same_file_again_is_the_same_draft(office, actor):
    officer = actor("st.chuyenvien")
    made = uploaded_letter(office, officer)
    files = {"source": "file", "file": Upload("a.pdf", made), "enclosures": [Upload("b.txt", b"2")]}
    form = letter(office, officer, form_token=TOKEN) | files
    assert outgoing.create(office, officer, form) == outgoing.create(office, officer, form)
    other = form | {"file": Upload("a.pdf", made + b"%")}
    with pytest.raises(Conflict, match="draft-made"):
        outgoing.create(office, officer, other)


def test_two_presses_at_once_make_one_draft(node, office, actor):
    officer, start = actor("st.chuyenvien"), threading.Barrier(3)
    form, made, failed = letter(office, officer, form_token=TOKEN), [], []
    office.session().rollback()

    def press() -> None:
        with node.app_context():
            try:
                start.wait()
                made.append(outgoing.create(node.extensions["office"], officer, form))
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (len(made), len(set(made)), drafts(office)) == (3, 1, 1)


def test_the_page_leads_to_the_draft_and_loses_nothing_typed(node, office, actor):
    visitor = Visitor(node, "st.chuyenvien", PASSWORD)
    token = drawn(visitor.get("/outgoing/new"))
    assert token != drawn(visitor.get("/outgoing/new"))
    form = letter(office, actor("st.chuyenvien"), form_token=token)
    office.session().rollback()
    first, second = (visitor.submit("/outgoing/new", form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    changed = form | {"subject": "Gõ thêm sau khi quay lại"}
    asked = visitor.submit("/outgoing/new", changed)
    assert asked.status_code == 409
    assert "Gõ thêm sau khi quay lại" in asked.text
    assert f'href="{first.location}"' in asked.text
    meant = visitor.submit("/outgoing/new", changed | {"form_token": drawn(asked)})
    assert (meant.status_code, drafts(office)) == (303, 2)
    assert 'name="form_token"' not in visitor.get(f"{first.location}/edit").text


def drawn(page) -> str:
    return re.search(r'name="form_token"[^>]*value="([0-9a-f]{32})"', page.text).group(1)
