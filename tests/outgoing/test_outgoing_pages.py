"""The pages of outgoing documents as a browser without scripts sees them, from the draft to the
dispatched document, and what they say when something is wrong."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from lxml import html

from domain.outgoing_flow import OutgoingState
from models.hub import DirectoryEntry
from models.outgoing import OutgoingDocument, Recipient
from models.signing import SigningRequest
from services import outgoing
from tests.conftest import PIN, SHARED, drain, find_actor
from tests.outgoing.drafts import BINH_SON, BODY, drafted, force, letter

AGENCY = "000.00.32.H48"
INSIDE = "000.21.32.H48"
SUCCESSOR = "000.21.31.H48"
HOSTILE = "\"><script>alert(1)</script>' onload=x {# #}"


def draft(site, username="st.chuyenvien", **changes) -> int:
    with site.inside():
        return drafted(site.office, find_actor(site.office, username, AGENCY), **changes)


def form_fields(site, **changes) -> dict:
    with site.inside():
        who = find_actor(site.office, "st.chuyenvien", AGENCY)
        return letter(site.office, who, **changes)


def step(site, username: str, document_id: int, action: str, **form) -> None:
    with site.inside():
        who = find_actor(site.office, username, AGENCY)
        outgoing.perform(site.office, who, document_id, action, form)


def to_leader(site, **changes) -> int:
    own = draft(site, **changes)
    step(site, "st.chuyenvien", own, "submit")
    step(site, "st.truongphong", own, "agree")
    step(site, "st.chanhvp", own, "forward")
    return own


def document(site, document_id: int) -> OutgoingDocument:
    with site.inside():
        return site.office.session().get(OutgoingDocument, document_id)


def form_of(page, action: str) -> dict:
    """The fields of the form that posts to `action`, as a browser would send them."""
    tree = html.fromstring(page.text)
    found = tree.xpath(f"//form[@action='{action}']")
    assert found, f"no form for {action}"
    return {key: value for key, value in found[0].form_values() if key != "csrf_token"}


def test_an_officer_drafts_sees_the_pages_and_submits(site):
    officer = site.visit("st.chuyenvien")
    answer = officer.submit("/outgoing/new", form_fields(site), page="/outgoing/new")
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    page = officer.get(address)
    assert "Báo cáo tình hình giải ngân" in page.text
    image = re.search(r'src="(/documents/outgoing/[^"]+\.webp)"', page.text).group(1)
    assert officer.get(image).data[8:12] == b"WEBP"
    answer = officer.submit(f"{address}/submit", form_of(page, f"{address}/submit"), page=address)
    assert answer.status_code == 303
    assert "Chờ trưởng đơn vị" in officer.get(address).text
    assert "bạn là người soạn" in page.text


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(site):
    officer = site.visit("st.chuyenvien")
    typed = form_fields(site, subject="", body=f"{BODY}\n{HOSTILE}")
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 422
    tree = html.fromstring(answer.text)
    assert tree.xpath("//*[@data-error-summary]//a/@href") == ["#subject"]
    assert tree.get_element_by_id("body").text.strip().endswith(HOSTILE)
    assert tree.xpath("//input[@name='recipients' and @checked]/@value") == ["000.00.31.H48"]
    assert "<script>alert(1)" not in answer.text


def test_a_deadline_is_read_as_the_office_writes_it(site):
    officer = site.visit("st.chuyenvien")
    wrong = officer.submit("/outgoing/new", form_fields(site, due_date="31/11/2099"))
    assert wrong.status_code == 422
    assert "Ngày không đúng" in wrong.text
    made = officer.submit("/outgoing/new", form_fields(site, due_date="30/11/2099"))
    own = int(made.location.rpartition("/")[2])
    assert document(site, own).due_date == date(2099, 11, 30)


def test_recipients_are_searched_without_scripts_and_as_a_fragment(site):
    officer = site.visit("st.chuyenvien")
    typed = form_fields(site, recipient_search="tinh ha", find="1")
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 200
    tree = html.fromstring(answer.text)
    assert tree.xpath("//input[@name='recipients']/@value") == ["000.00.31.H48"]
    assert tree.xpath("//input[@name='picked']/@value") == [INSIDE]
    assert tree.get_element_by_id("subject").text.strip() == typed["subject"]
    address = "/outgoing/recipients?recipient_search=xa tinh&recipients=000.00.31.H48"
    fragment = officer.get(address, **{"HX-Request": "true"})
    assert fragment.text.strip().startswith('<div id="found"')
    assert AGENCY not in fragment.text
    assert len(fragment.data) < 5000


def test_a_stale_save_is_refused_with_the_text_kept_and_a_way_on(site):
    own = draft(site)
    officer = site.visit("st.chuyenvien")
    address = f"/outgoing/{own}/edit"
    seen = form_of(officer.get(address), address)
    step(site, "st.chuyenvien", own, "edit", **form_fields(site, subject="Bản của cửa sổ kia"))
    typed = seen | {"subject": "Bản của cửa sổ này"}
    answer = officer.submit(address, typed, page=address)
    assert answer.status_code == 409
    again = form_of(answer, address)
    assert again["subject"].strip() == "Bản của cửa sổ này"
    assert officer.submit(address, again, page=address).status_code == 303
    assert document(site, own).subject == "Bản của cửa sổ này"


def test_a_broken_upload_is_refused_in_words_with_the_form_kept(site):
    officer = site.visit("st.chuyenvien")
    typed = form_fields(site, source="file", file=(io.BytesIO(b"not a pdf"), "vb.pdf"))
    answer = officer.submit("/outgoing/new", typed, page="/outgoing/new")
    assert answer.status_code == 422
    assert "không phải PDF" in answer.text
    assert typed["subject"] in answer.text


def test_places_are_set_by_hand_without_scripts(site):
    path = SHARED / "documents" / "s_2025-09-11_2576-QD-BGDDT.pdf"
    if not path.exists():
        pytest.skip("the real documents are not here")
    officer = site.visit("st.chuyenvien")
    typed = form_fields(site, source="file", file=(io.BytesIO(path.read_bytes()), "scan.pdf"))
    address = officer.submit("/outgoing/new", typed, page="/outgoing/new").headers["Location"]
    page = officer.get(address)
    assert "Không tìm thấy chỗ ghi số" in page.text
    assert f"{address}/submit" not in page.text
    places = f"{address}/places"
    sent = form_of(officer.get(places), places)
    preset = officer.submit(places, sent | {"intent": "preset-high"}, page=places)
    assert preset.status_code == 200
    sent = form_of(preset, places)
    assert float(sent["leader_top"]) == 90
    image = html.fromstring(preset.text).xpath("//figure/img/@src")[0]
    assert officer.get(image).data[8:12] == b"WEBP"
    moved = sent | {"intent": "preview", "leader_top": "91"}
    fragment = officer.submit(places, moved, page=places, **{"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "leader_top=91" in fragment.text
    assert "<title>" not in fragment.text
    wrong = officer.submit(places, sent | {"intent": "save", "date_left": "4o"}, page=places)
    assert wrong.status_code == 422
    assert 'value="4o"' in wrong.text
    assert officer.submit(places, sent | {"intent": "save"}, page=places).status_code == 303
    assert f"{address}/submit" in officer.get(address).text


def test_a_return_without_a_reason_is_refused_where_it_was_tried(site):
    own = draft(site)
    step(site, "st.chuyenvien", own, "submit")
    head = site.visit("st.truongphong")
    answer = head.submit(f"/outgoing/{own}/return", {"reason": " "}, page=f"/outgoing/{own}")
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//details[@open]//textarea[@aria-invalid]")
    sent = {"reason": HOSTILE}
    assert head.submit(f"/outgoing/{own}/return", sent, page="/outgoing/").status_code == 303
    page = site.visit("st.chuyenvien").get(f"/outgoing/{own}")
    assert "alert(1)" in page.text
    assert "<script>alert(1)" not in page.text


def test_a_leader_signs_and_a_clerk_issues_and_dispatches_from_the_pages(site):
    own = to_leader(site, recipients=[INSIDE])
    leader, clerk = site.visit("st.chutich"), site.visit("st.vanthu")
    address = f"/outgoing/{own}"
    approve = form_of(leader.get(address), f"{address}/approve")
    wrong = leader.submit(f"{address}/approve", approve | {"pin": "000000"}, page=address)
    assert wrong.status_code == 422
    assert html.fromstring(wrong.text).xpath("//input[@name='pin' and @aria-invalid]")
    done = leader.submit(f"{address}/approve", approve | {"pin": PIN}, page=address)
    assert done.status_code == 303
    assert "data-poll" in leader.get(address).text
    drain(site.app, kinds={"sign"})
    page = clerk.get(address)
    issue = form_of(page, f"{address}/issue")
    assert issue["number"] == "1"
    taken = clerk.submit(f"{address}/issue", issue | {"pin": PIN, "number": "7"}, page=address)
    assert taken.status_code == 422
    assert "Số phải lấy liên tục, số kế tiếp là 1." in taken.text
    assert form_of(taken, f"{address}/issue")["number"] == "1"
    old = clerk.submit(
        f"{address}/issue", issue | {"pin": PIN, "issued_date": "1900-01-01"}, page=address
    )
    assert "Ngày văn bản không được trước 01/01/" in old.text
    assert 'name="early"' not in old.text
    early = issue | {"pin": PIN, "issued_date": "2026-01-05"}
    if document(site, own).signed_at.year == 2026:
        warned = clerk.submit(f"{address}/issue", early, page=address)
        assert warned.status_code == 422
        assert 'name="early"' in warned.text
    assert clerk.submit(f"{address}/issue", issue | {"pin": PIN}, page=address).status_code == 303
    drain(site.app, kinds={"sign"})
    page = clerk.get(address)
    assert "01/UBND-NV" in page.text
    assert page.text.count("Toàn vẹn: nội dung đúng như khi ký.") == 2
    sent = form_of(page, f"{address}/dispatch")
    assert clerk.submit(f"{address}/dispatch", sent, page=address).status_code == 303
    assert "Chờ gửi" in clerk.get(address).text
    drain(site.app, kinds={"deliver"})
    page = clerk.get(address)
    assert "Tình trạng từng nơi nhận" in page.text
    assert "Đã đến nơi" in page.text
    assert "01 Đã đến" in page.text
    leader.get(address)


def test_a_recipient_dissolved_before_the_dispatch_gives_way_to_its_successor(site):
    own = draft(site, recipients=[BINH_SON, INSIDE])
    address = f"/outgoing/{own}"
    with site.inside():
        force(site.office, own, OutgoingState.ISSUED)
        session = site.office.session()
        gone = session.query(DirectoryEntry).filter_by(code=BINH_SON).one()
        gone.valid_to, gone.successor_code = date(2026, 1, 1), SUCCESSOR
        name = gone.name
        session.commit()
    clerk = site.visit("st.vanthu")
    sent = form_of(clerk.get(address), f"{address}/dispatch")
    refused = clerk.submit(f"{address}/dispatch", sent, page=address)
    assert refused.status_code == 422
    assert f"{name} ({BINH_SON}) đã giải thể hoặc sáp nhập" in refused.text
    tree = html.fromstring(refused.text)
    ticked = tree.xpath("//details[@open]//input[@name='recipients' and @checked]/@value")
    offered = tree.xpath("//details[@open]//input[@name='recipients']/@value")
    assert (ticked, offered) == ([INSIDE, SUCCESSOR], [BINH_SON, INSIDE, SUCCESSOR])
    changed = {"version": sent["version"], "recipients": ticked}
    assert clerk.submit(f"{address}/readdress", changed, page=address).status_code == 303
    page = clerk.get(address)
    assert "Đổi nơi nhận liên thông" in page.text
    assert [r.code for r in recipients_of(site, own)] == [INSIDE, SUCCESSOR]


def test_a_clerk_names_further_recipients_by_code_and_never_ends_with_none(site):
    own = draft(site, recipients=[INSIDE])
    with site.inside():
        force(site.office, own, OutgoingState.ISSUED)
    clerk, address = site.visit("st.vanthu"), f"/outgoing/{own}"
    none = clerk.submit(f"{address}/readdress", {}, page=address)
    assert none.status_code == 422
    wrong = clerk.submit(f"{address}/readdress", {"codes": f"{BINH_SON} 999"}, page=address)
    assert wrong.status_code == 422
    assert "Danh bạ không có cơ quan mang mã 999" in wrong.text
    assert form_of(wrong, f"{address}/readdress")["codes"] == f"{BINH_SON} 999"
    named = {"recipients": INSIDE, "codes": BINH_SON}
    assert clerk.submit(f"{address}/readdress", named, page=address).status_code == 303
    assert [r.code for r in recipients_of(site, own)] == [INSIDE, BINH_SON]


def test_a_recipient_may_be_one_who_is_only_informed(site):
    officer = site.visit("st.chuyenvien")
    form = form_fields(site, recipients=[BINH_SON, INSIDE]) | {"informed": [INSIDE]}
    made = officer.submit("/outgoing/new", form, page="/outgoing/new")
    address = made.headers["Location"]
    own = int(address.rpartition("/")[2])
    assert [r.for_information for r in recipients_of(site, own)] == [False, True]
    edit = form_of(officer.get(f"{address}/edit"), f"{address}/edit")
    assert edit["informed"] == INSIDE
    assert "để biết" in officer.get(address).text


def recipients_of(site, document_id: int) -> list[Recipient]:
    with site.inside():
        return (
            site.office.session()
            .query(Recipient)
            .filter_by(document_id=document_id)
            .order_by(Recipient.id)
            .all()
        )


def test_what_a_reviewer_typed_is_kept_when_somebody_was_first(site):
    own = draft(site)
    step(site, "st.chuyenvien", own, "submit")
    head, address = site.visit("st.truongphong"), f"/outgoing/{own}"
    seen = form_of(head.get(address), f"{address}/return")
    step(site, "st.truongphong", own, "agree", comment="Đồng ý, đã bổ sung số liệu")
    typed = seen | {"reason": "Một lý do dài đã gõ"}
    answer = head.submit(f"{address}/return", typed, page=address)
    assert answer.status_code == 409
    assert "Một lý do dài đã gõ" in answer.text
    page = site.visit("st.chanhvp").get(address)
    assert "Đồng ý, đã bổ sung số liệu" in page.text
    stale = form_of(page, f"{address}/forward") | {"version": "1", "comment": "Đúng thể thức"}
    answer = site.visit("st.chanhvp").submit(f"{address}/forward", stale, page=address)
    assert answer.status_code == 409
    assert form_of(answer, f"{address}/forward")["comment"] == "Đúng thể thức"


def test_a_worker_that_is_away_is_told_on_the_page_without_scripts(site):
    own = to_leader(site)
    leader, address = site.visit("st.chutich"), f"/outgoing/{own}"
    sent = form_of(leader.get(address), f"{address}/approve") | {"pin": PIN}
    assert leader.submit(f"{address}/approve", sent, page=address).status_code == 303
    assert "Thường xong trong vài giây" in leader.get(address).text
    with site.inside():
        request = site.office.session().query(SigningRequest).one()
        request.requested_at -= timedelta(minutes=1)
        site.office.session().commit()
    assert "sẽ tự chạy tiếp" in leader.get(address).text


def test_what_changed_between_view_and_approval_is_not_signed(site):
    own = to_leader(site)
    leader = site.visit("st.chutich")
    address = f"/outgoing/{own}"
    seen = form_of(leader.get(address), f"{address}/approve")
    step(site, "st.chutich", own, "return", reason="Sửa")
    step(site, "st.chuyenvien", own, "edit", **form_fields(site, subject="Khác"))
    step(site, "st.chuyenvien", own, "submit")
    step(site, "st.truongphong", own, "agree")
    step(site, "st.chanhvp", own, "forward")
    fresh = str(document(site, own).version)
    answer = leader.submit(
        f"{address}/approve", seen | {"pin": PIN, "version": fresh}, page=address
    )
    assert answer.status_code == 409
    assert "đúng nội dung đã đọc" in answer.text
    with site.inside():
        assert site.office.session().query(SigningRequest).count() == 0


def test_two_approvals_at_once_make_one_request(site):
    own = to_leader(site)
    address = f"/outgoing/{own}"
    visitors = [site.visit("st.chutich") for _ in range(2)]
    form = form_of(visitors[0].get(address), f"{address}/approve") | {"pin": PIN}
    for visitor in visitors:
        form[f"token{id(visitor)}"] = visitor.token(address)

    def approve(visitor):
        sent = form | {"csrf_token": form[f"token{id(visitor)}"]}
        return visitor.client.post(f"{address}/approve", data=sent).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(approve, visitors))
    assert answers == [303, 409]
    with site.inside():
        assert site.office.session().query(SigningRequest).count() == 1


def test_the_list_filters_by_text_with_or_without_accents_and_by_state(site):
    own = draft(site, subject="Kế hoạch Tết trồng cây", type_name="Kế hoạch")
    draft(site, subject="Giao ban tháng 12")
    draft(site, username="st.cvtaichinh", subject="Dự toán năm 2027")
    officer = site.visit("st.chuyenvien")
    whole = officer.get("/outgoing/").text
    assert "Tết trồng cây" in whole
    assert "Dự toán" not in whole
    found = officer.get("/outgoing/?q=tet+trong+cay&state=draft").text
    assert "Tết trồng cây" in found
    assert "Giao ban" not in found
    assert "Tết trồng cây" not in officer.get("/outgoing/?state=dispatched").text
    assert "Giao ban" not in officer.get("/outgoing/?type=Kế hoạch").text
    fragment = officer.get("/outgoing/?q=tet", **{"HX-Request": "true"}).text
    assert fragment.strip().startswith('<div id="list">')
    officer.get("/outgoing/?page=99&unit=x&state=nonsense&q=%25")
    step(site, "st.chuyenvien", own, "cancel", reason="Nhầm")
    assert "Tết trồng cây" not in officer.get("/outgoing/").text
    assert "Tết trồng cây" in officer.get("/outgoing/?state=cancelled").text


def test_a_list_of_many_costs_the_same_statements(site):
    for number in range(32):
        draft(site, subject=f"Văn bản {number}")
    chief = site.visit("st.chanhvp")
    page = chief.get("/outgoing/")
    assert len(html.fromstring(page.text).xpath("//table//tbody/tr")) == 30
    assert "Văn bản 0" in chief.get("/outgoing/?page=2").text


def test_for_a_stranger_there_is_no_such_page(site):
    own = draft(site)
    for username in ("st.th.chutich", "st.tptaichinh", "st.quantri"):
        stranger = site.visit(username)
        stranger.get(f"/outgoing/{own}", status=404)
        stranger.get(f"/outgoing/{own}/edit", status=404)
        stranger.get(f"/outgoing/{own}/places", status=404)
        stranger.get(f"/outgoing/{own}/preview", status=404)
        stranger.get(f"/outgoing/{own}/preview/1.webp", status=404)
        assert stranger.submit(f"/outgoing/{own}/submit", page="/outgoing/").status_code == 404
    site.visit("st.chanhvp").get(f"/outgoing/{own}/edit", status=403)
    assert site.visit("st.chuyenvien").submit(f"/outgoing/{own}/sealed").status_code == 404
