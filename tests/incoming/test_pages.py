"""The pages of incoming documents and assignments, as a browser without scripts sees them."""

import io
import re
from pathlib import Path

import pytest
from lxml import html
from sqlalchemy import select

from models.assignments import Assignment
from models.incoming import IncomingDocument
from models.signing import Signature
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.incoming.test_registering import picture, scan
from tests.visitor import Visitor

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "documents"
HOSTILE = "\"><script>alert('x')</script> %(x)s ' OR 1=1 --"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


def fresh(office, model, thing_id: int):
    office.session().rollback()
    return office.session().get_one(model, thing_id, populate_existing=True)


def test_the_list_and_its_tabs_cost_few_statements(steps, visit):
    for _ in range(12):
        steps.arrive()
    steps.directed()
    steps.submitted()
    for username in ("st.vanthu", "st.chutich", "st.chanhvp", "st.truongphong", "st.chuyenvien"):
        visitor = visit(username)
        for state in ("", "arrived", "registered", "awaiting", "working", "overdue", "done", "all"):
            visitor.get(f"/incoming/?state={state}")
        visitor.get("/incoming/?q=cai+cach&since=2026-11-01&until=30/11/2026&urgent=y&state=all")
        visitor.get("/incoming/?page=99&since=khong-phai-ngay&source=%27&state=%3Cb%3E")
        for state in ("mine", "unit", "inform", "done", "x"):
            visitor.get(f"/assignments/?state={state}")


def test_the_page_of_a_document_in_every_state_for_every_role(steps, visit):
    documents = [steps.arrive(), steps.registered(), steps.submitted(), steps.directed()]
    child = steps.handed_on()
    documents.append(steps.assigned("st.chuyenvien", child, "start").document)
    for username in ("st.vanthu", "st.chutich", "st.phochutich", "st.chanhvp"):
        visitor = visit(username)
        for document in documents:
            visitor.get(f"/incoming/{document.id}")
    officer = visit("st.chuyenvien")
    assert "outgoing/new?answers=" in officer.get(f"/incoming/{documents[-1].id}").text
    officer.get(f"/incoming/{documents[0].id}", status=404)


def test_a_page_with_signatures_answers_and_hostile_text_stays_whole(steps, visit, office):
    document = steps.arrive(subject=HOSTILE, sender_name=HOSTILE, signer_name=HOSTILE)
    with transaction(office, steps.actor("st.vanthu")) as work:
        row = work.session.get_one(IncomingDocument, document.id)
        row.verdict = "modified"
        work.session.add(
            Signature(
                file_sha256=row.main.sha256, kind="agency", signer_name=HOSTILE, verdict="modified",
                signed_at=work.now, facts={"time_source": "claimed"}, checked_at=work.now,
            )
        )  # fmt: skip
    page = visit("st.vanthu").get(f"/incoming/{document.id}").text
    assert "<script>alert" not in page
    assert "Không toàn vẹn" in page
    assert "theo máy người ký" in page


def test_the_list_says_what_the_signatures_of_registered_documents_are_worth(steps, visit, office):
    """In words, for every state; of a paper nobody expects a signature."""
    said = {
        "valid": "Chữ ký hợp lệ",
        "modified": "Nội dung đã thay đổi sau khi ký",
        "unsigned": "Không có chữ ký số",
    }
    documents = {verdict: steps.registered() for verdict in said}
    visitor = visit("st.vanthu")
    visitor.get("/incoming/?state=all")
    before = len(visitor.statements)
    with transaction(office, steps.actor("st.vanthu")) as work:
        for verdict, document in documents.items():
            work.session.get_one(IncomingDocument, document.id).verdict = verdict
    page = visitor.get("/incoming/?state=all", statements=before)
    rows = {row.get("id"): row for row in html.fromstring(page.text).xpath("//tr[@id]")}
    for verdict, document in documents.items():
        (mark,) = rows[f"vb-{document.id}"].xpath(".//span[@class='sub']/span[@class]")
        assert said[verdict] in mark.text_content()
        assert verdict == "unsigned" or mark.xpath(".//svg")


def test_the_clerk_registers_and_submits_from_the_page(steps, visit, office):
    document, visitor = steps.arrive(), visit("st.vanthu")
    page = visitor.get(f"/incoming/{document.id}").text
    assert 'value="1"' in page
    form = {"version": "1", "number": "1", "director": steps.appointment("st.chutich")}
    answer = visitor.submit(f"/incoming/{document.id}/register", form)
    assert answer.status_code == 303
    assert "số đến 1 và trình Trần Quang Vinh" in visitor.get(answer.location).text
    assert fresh(office, IncomingDocument, document.id).state == "awaiting_direction"


def test_a_taken_number_proposes_the_next_and_keeps_what_was_typed(steps, visit):
    steps.registered()
    document, visitor = steps.arrive(), visit("st.vanthu")
    form = {"version": "1", "number": "1", "note": "Ghi chú đã gõ"}
    answer = visitor.submit(f"/incoming/{document.id}/register", form)
    assert answer.status_code == 409
    assert "số kế tiếp là 2" in answer.text
    assert "Ghi chú đã gõ" in answer.text
    assert re.search(r'name="number"[^>]*value="2"', answer.text)


def test_wrong_input_is_said_at_its_field_and_kept(steps, visit):
    document, visitor = steps.arrive(), visit("st.vanthu")
    form = {"number": "mười", "arrival_date": "32/13/2026", "note": "giữ lại"}
    answer = visitor.submit(f"/incoming/{document.id}/register", form)
    assert answer.status_code == 422
    for text in ("Ngày không đúng", "số nguyên dương", "giữ lại", "mười"):
        assert text in answer.text
    empty = visitor.submit(f"/incoming/{document.id}/refuse", {"reason": " "})
    assert empty.status_code == 422


def test_a_late_second_tab_gets_its_text_back(steps, visit):
    document, visitor = steps.arrive(), visit("st.vanthu")
    steps.do("st.vanthu", document, "register")
    form = {"version": "1", "reason": "Lý do từ chối đã gõ rất lâu"}
    answer = visitor.submit(f"/incoming/{document.id}/refuse", form)
    assert answer.status_code == 409
    assert "Lý do từ chối đã gõ rất lâu" in answer.text


def test_a_row_is_answered_alone_and_a_refusal_goes_to_the_notices(steps, visit):
    document, visitor = steps.arrive(files=[]), visit("st.vanthu")
    form = {"version": "1", "row": "arrived", "director": steps.appointment("st.chutich")}
    answer = visitor.submit(f"/incoming/{document.id}/register", form, **HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<tr id=")
    assert "Chờ chỉ đạo" in answer.text
    again = visitor.submit(f"/incoming/{document.id}/register", form, **HTMX)
    assert (again.status_code, again.headers["HX-Retarget"]) == (409, "#notices")


def test_a_row_without_scripts_returns_to_its_list(steps, visit):
    document, visitor = steps.registered(), visit("st.vanthu")
    form = {"version": document.version, "row": "awaiting"}
    form["director"] = steps.appointment("st.chutich")
    answer = visitor.submit(f"/incoming/{document.id}/submit", form)
    assert (answer.status_code, answer.location) == (303, "/incoming/?state=awaiting")


def test_a_leader_directs_from_the_page(steps, visit, office):
    document, visitor = steps.submitted(), visit("st.chutich")
    form = {
        "version": document.version,
        "phrase": "Giao đơn vị chủ trì nghiên cứu, đề xuất hướng xử lý.",
        "text": "Gấp.",
        "lead": steps.unit("NV"),
        "support": [steps.unit("TCKH"), steps.unit("VP")],
        "days": "3",
    }
    answer = visitor.submit(f"/incoming/{document.id}/direct", form)
    assert answer.status_code == 303, answer.text
    page = visitor.get(answer.location).text
    assert "đề xuất hướng xử lý. Gấp." in page
    office.session().rollback()
    kinds = office.session().scalars(select(Assignment.kind).order_by(Assignment.id)).all()
    assert kinds == ["lead", "support", "support"]


def test_a_direction_without_a_lead_keeps_the_text(steps, visit):
    document, visitor = steps.submitted(), visit("st.chutich")
    form = {"version": document.version, "text": "Ý kiến đã viết", "support": steps.unit("VP")}
    answer = visitor.submit(f"/incoming/{document.id}/direct", form)
    assert answer.status_code == 422
    assert "Ý kiến đã viết" in answer.text
    assert 'id="direct-lead-error"' in answer.text


def test_an_assignment_goes_its_way_by_pages(steps, visit, office):
    lead = steps.lead(steps.directed())
    head, officer = visit("st.truongphong"), visit("st.chuyenvien")
    person = steps.actor("st.chuyenvien").person_id
    form = {"version": lead.version, "person": person, "instruction": HOSTILE, "state": "mine"}
    answer = head.submit(f"/assignments/{lead.id}/hand_on", form, **HTMX)
    assert answer.status_code == 200
    assert f'id="cv-{lead.id}"' in answer.text
    office.session().rollback()
    child = (
        office.session().scalars(select(Assignment).where(Assignment.parent_id == lead.id)).one()
    )
    assert "<script>alert" not in officer.get("/assignments/").text
    started = officer.submit(f"/assignments/{child.id}/start", {"version": 1, "document": "1"})
    assert started.location == f"/incoming/{lead.document_id}"
    empty = officer.submit(f"/assignments/{child.id}/complete", {"result": ""})
    assert empty.status_code == 422
    done = officer.submit(f"/assignments/{child.id}/complete", {"result": "Đã trả lời"})
    assert done.status_code == 303
    assert fresh(office, IncomingDocument, lead.document_id).state == "done"


def test_a_refused_step_gives_the_row_back_with_what_was_typed(steps, visit):
    lead, head = steps.lead(steps.directed()), visit("st.truongphong")
    form = {"version": lead.version, "person": "", "instruction": "Đã gõ nhiều", "state": "mine"}
    answer = head.submit(f"/assignments/{lead.id}/hand_on", form, **HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, f"#cv-{lead.id}")
    assert "Đã gõ nhiều" in answer.text
    whole = head.submit(f"/assignments/{lead.id}/hand_on", form | {"deadline": "mai"})
    assert whole.status_code == 422
    assert "Đã gõ nhiều" in whole.text
    stale = head.submit(f"/assignments/{lead.id}/start", {"version": 99})
    assert stale.status_code == 409


def paper_form(**changes) -> dict:
    form = {
        "issuer_name": "Sở Tài chính", "document_number": "5", "notation": "STC",
        "issued_date": "2026-11-18", "type_name": "Công văn", "subject": "V/v ngân sách",
    }  # fmt: skip
    return form | changes


def upload(name: str, data: bytes) -> dict:
    return {"file": (io.BytesIO(data), name)}


def token_of(answer) -> str:
    return re.search(r'name="upload"[^>]*value="([0-9a-f]{32})"', answer.text).group(1)


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared documents are absent")
def test_a_text_pdf_fills_the_form_and_says_so(clock, visit, office):
    visitor = visit("st.vanthu")
    visitor.get("/incoming/new")
    data = (SHARED / "t_2025-01-08_11-TB-UBND.pdf").read_bytes()
    answer = visitor.submit("/incoming/new", {"read": "1", **upload("tb.pdf", data)})
    assert answer.status_code == 200
    assert re.search(r'name="document_number"[^>]*value="11"', answer.text)
    assert answer.text.count("đọc từ tệp") >= 5
    assert "không có chữ để đọc" not in answer.text
    token = token_of(answer)
    image = visitor.get(f"/incoming/uploads/{token}/1.webp")
    assert image.mimetype == "image/webp"
    visit("st.chutich").get(f"/incoming/uploads/{token}/1.webp", status=404)
    done = visitor.submit("/incoming/new", paper_form(upload=token))
    assert done.status_code == 303, done.text
    made = office.session().scalars(select(IncomingDocument)).one()
    assert (made.main.file_name, made.arrival_number) == ("tb.pdf", 1)
    visitor.get(done.location)


def test_a_refused_form_keeps_text_and_scan(clock, visit):
    visitor = visit("st.vanthu")
    form = paper_form(subject="", note="Ghi chú dài") | upload("a.pdf", scan())
    answer = visitor.submit("/incoming/new", form)
    assert answer.status_code == 422
    assert "Ghi chú dài" in answer.text
    assert visitor.submit("/incoming/new", paper_form(upload=token_of(answer))).status_code == 303


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"", "rỗng"),
        ("a.pdf", b"%PDF-1.4 broken", "hỏng"),
        ("a.html", b"<html></html>", "chỉ nhận PDF"),
        ("a.png", b"\x89PNG\r\n\x1a\nbroken", "ảnh bị hỏng"),
    ],
)
def test_a_bad_upload_is_named_and_nothing_typed_is_lost(clock, visit, name, data, said):
    form = paper_form(note="vẫn còn") | upload(name, data)
    answer = visit("st.vanthu").submit("/incoming/new", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "vẫn còn" in answer.text


def test_a_secret_with_a_file_is_refused_and_the_file_is_nowhere(clock, visit, office):
    visitor, data = visit("st.vanthu"), scan()
    form = paper_form(secrecy="Mật") | upload("mat.pdf", data)
    answer = visitor.submit("/incoming/new", form)
    assert answer.status_code == 422
    assert "bí mật nhà nước" in answer.text
    files = [path for path in office.settings.data_dir.rglob("*") if path.is_file()]
    assert not [path for path in files if data[-400:] in path.read_bytes()]
    assert visitor.submit("/incoming/new", paper_form(secrecy="Mật")).status_code == 303


def test_a_duplicate_asks_before_it_is_registered(clock, visit):
    visitor = visit("st.vanthu")
    assert visitor.submit("/incoming/new", paper_form()).status_code == 303
    asked = visitor.submit("/incoming/new", paper_form())
    assert asked.status_code == 409
    assert 'name="duplicate_ok"' in asked.text
    sure = visitor.submit("/incoming/new", paper_form(duplicate_ok="y"))
    assert sure.status_code == 303


def drawn_token(page) -> str:
    return re.search(r'name="form_token"[^>]*value="([0-9a-f]{32})"', page.text).group(1)


def test_a_second_press_leads_to_what_the_first_one_registered(clock, visit, office):
    visitor = visit("st.vanthu")
    tokens = {drawn_token(visitor.get("/incoming/new")) for _ in range(2)}
    assert len(tokens) == 2
    form = paper_form(document_number="", notation="", form_token=tokens.pop())
    first, second = (visitor.submit("/incoming/new", form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert "không vào sổ lần nữa" in visitor.get(second.location).text
    assert len(office.session().scalars(select(IncomingDocument)).all()) == 1
    other = form | {"subject": "Văn bản khác, gõ đè sau khi quay lại", "number": "1"}
    asked = visitor.submit("/incoming/new", other)
    assert asked.status_code == 409
    assert "gõ đè sau khi quay lại" in asked.text
    assert f'href="{first.location}"' in asked.text
    assert 'name="duplicate_ok"' not in asked.text
    meant = other | {"form_token": drawn_token(asked), "number": "2"}
    done = visitor.submit("/incoming/new", meant)
    assert (done.status_code, done.location != first.location) == (303, True)


def test_a_scan_that_was_registered_already_does_not_lose_the_form(clock, visit):
    visitor = visit("st.vanthu")
    read = visitor.submit("/incoming/new", {"read": "1", **upload("a.pdf", scan())})
    form = paper_form(upload=token_of(read), note="Ghi chú dài")
    sent = form | {"form_token": drawn_token(read)}
    done = visitor.submit("/incoming/new", sent)
    assert done.status_code == 303, done.text
    assert visitor.submit("/incoming/new", sent).location == done.location
    for again in (form, form | {"read": "1"}):  # drawn before there were tokens
        answer = visitor.submit("/incoming/new", again)
        assert answer.status_code == 422
        for text in ("Ghi chú dài", "chọn lại tệp", "đã được vào sổ"):
            assert text in answer.text
        assert 'name="upload" type="hidden" value=""' in answer.text


def test_a_scan_without_words_says_so(clock, visit):
    visitor = visit("st.vanthu")
    said = "không có chữ để đọc"
    assert said not in visitor.get("/incoming/new").text
    answer = visitor.submit("/incoming/new", {"read": "1", **upload("a.pdf", scan())})
    assert answer.status_code == 200
    assert said in answer.text


def test_a_number_ahead_is_refused_for_what_it_is(steps, visit):
    document, visitor = steps.arrive(), visit("st.vanthu")
    answer = visitor.submit(f"/incoming/{document.id}/register", {"version": "1", "number": "5"})
    assert answer.status_code == 422
    assert "Số phải lấy liên tục, số kế tiếp là 1." in answer.text
    assert re.search(r'name="number"[^>]*value="1"', answer.text)


def test_nobody_but_the_clerk_opens_the_desk(clock, visit):
    visit("st.chutich").get("/incoming/new", status=403)
    answer = visit("st.chuyenvien").submit("/incoming/new", paper_form())
    assert answer.status_code == 403


def test_a_photograph_is_shown_as_its_page(clock, visit):
    visitor = visit("st.vanthu")
    answer = visitor.submit("/incoming/new", {"read": "1", **upload("chup.png", picture())})
    assert answer.status_code == 200
    assert "chup.pdf" in answer.text
