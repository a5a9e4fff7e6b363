"""The operator's pages, through the login page and real forms."""

import re
from datetime import timedelta

import html5lib
import pytest
from sqlalchemy import event

from extensions import db
from models.audit import AuditEntry
from models.hub import DirectoryEntry, HubAccount
from services.hub import accounts, deliveries, directory
from tests.conftest import PASSWORD
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH, TINH_HA, accept, edoc, fetch, status

COMMUNE = "000.22.31.H48"  # in the directory, without an account


class Browser:
    """A signed-in person: checks every page's frame and posts forms with their token."""

    def __init__(self, app, username: str) -> None:
        self.app, self.client = app, app.test_client()
        answer = self.post("/account/login", {"username": username, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    def get(self, url: str, expect: int = 200, **headers) -> str:
        with self.app.app_context():  # a `g` of its own, as every real request has
            answer = self.client.get(url, headers=headers)
        assert answer.status_code == expect, answer.text
        if not headers:
            check_page(answer.text)
        return answer.text

    def post(self, url: str, data: dict):
        with self.app.app_context():
            source = "/account/login" if "login" in url else "/hub/directory/new"
            page = self.client.get(source).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        with self.app.app_context():
            return self.client.post(url, data=data | {"csrf_token": token})


def check_page(page: str) -> None:
    html5lib.HTMLParser(strict=True).parse(page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id occurs twice"
    assert page.count("<h1>") == 1
    assert not re.search(r'\sstyle="|\son[a-z]+="', page)


@pytest.fixture
def operator_page(hub_app):
    return Browser(hub_app, "hub.vanhanh")


@pytest.fixture
def traffic(office, clock):
    """A document to three, one of which has it, refused it technically, or has not called."""
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH, COMMUNE), priority=3))
    [first] = deliveries.waiting(office, BINH_SON, "edoc")
    fetch(office, BINH_SON, first.doc_id)
    deliveries.acknowledge(office, BINH_SON, first.doc_id, "done")
    [second] = deliveries.waiting(office, BINH_MINH, "edoc")
    deliveries.acknowledge(office, BINH_MINH, second.doc_id, "fail")
    accept(office, BINH_SON, status("03"))
    accept(office, TINH_HA, edoc(TINH_HA, (SON_TINH,), document_id="khac", subject="Mời họp"))


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_home_of_the_hub_is_the_list_of_messages(operator_page):
    answer = operator_page.client.get("/")
    assert (answer.status_code, answer.location) == (302, "/hub/messages")


def test_messages_show_who_sends_what_to_whom_and_how_far_it_is(operator_page, traffic):
    page = text_of(operator_page.get("/hub/messages"))
    assert "V/v báo cáo rà soát tài sản công" in page
    assert "UBND huyện Sơn Tịnh" in page
    assert "và 2 nơi khác" in page
    for state in ("Nhận không được 1/3", "Chờ lấy về 1/3", "Đã nhận 1/3", "Trạng thái 03 về"):
        assert state in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=tai+san", "rà soát tài sản", "Mời họp"),
        ("q=mời+họp", "Mời họp", "rà soát tài sản"),
        ("state=FAIL", "rà soát tài sản", "Mời họp"),
        ("sender=tinh+ha", "Mời họp", "rà soát tài sản"),
        (f"recipient={SON_TINH}", "Mời họp", "rà soát tài sản"),
        ("recipient=binh+minh&state=FAIL", "rà soát tài sản", "Mời họp"),
        ("recipient=binh+son&state=FAIL", "Không có gói tin nào như vậy", "rà soát tài sản"),
        ("kind=status", "Trạng thái 03", "Mời họp"),
        ("q=100%25", "Không có gói tin nào như vậy", "Mời họp"),
        ("page=99", "Không có gói tin nào như vậy", "Mời họp"),
        ("page=-1&kind=la&state=la", "Mời họp", "Không có gói tin"),
    ],
)
def test_messages_are_filtered(operator_page, traffic, query, shown, hidden):
    page = text_of(operator_page.get(f"/hub/messages?{query}"))
    assert shown in page
    assert hidden not in page


def test_htmx_gets_the_list_alone(operator_page, traffic):
    fragment = operator_page.get("/hub/messages?kind=status", **{"HX-Request": "true"})
    assert fragment.lstrip().startswith('<div id="list">')
    assert "Trạng thái 03" in text_of(fragment)
    assert (
        operator_page.get("/hub/directory?q=tinh", **{"HX-Request": "true"})
        .lstrip()
        .startswith('<div id="list">')
    )


def test_one_message_tells_its_whole_way_but_not_its_content(operator_page, traffic):
    page = text_of(operator_page.get("/hub/messages/1"))
    for words in (
        "Trục đã nhận gói tin",
        "Bên nhận đã lấy về",
        "Bên nhận xác nhận đã nhận",
        "Bên nhận báo nhận không được",
        "03 · Đã tiếp nhận",
        "Ủy ban nhân dân xã Bình Minh",
        "Hỏa tốc",
    ):
        assert words in page
    assert page.index("Trục đã nhận") < page.index("Bên nhận đã lấy về") < page.index("03 · Đã")
    operator_page.get("/hub/messages/2")
    operator_page.get("/hub/messages/99", expect=404)


def test_pages_of_the_hub_stay_within_twelve_statements(hub_app, operator_page, traffic):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for url in ("/hub/messages", "/hub/messages/1", "/hub/directory", "/hub/nodes"):
        statements.clear()
        operator_page.get(url)
        asked = [s for s in statements if not s.startswith(("BEGIN", "PRAGMA", "ROLLBACK"))]
        assert len(asked) <= 12, asked


def test_the_directory_is_searched_with_and_without_accents(operator_page):
    for query in ("q=xã+bình", "q=xa+binh", "q=000.21.31"):
        assert "Ủy ban nhân dân xã Bình Minh" in operator_page.get(f"/hub/directory?{query}")
    assert "Không có cơ quan nào" in operator_page.get("/hub/directory?q=ha+noi")
    assert "Không có cơ quan nào" in operator_page.get("/hub/directory?shown=dissolved")


def entry_of(office, code: str) -> DirectoryEntry:
    office.session().rollback()
    return office.session().query(DirectoryEntry).filter_by(code=code).one()


def typed(**changes) -> dict:
    return {"code": "000.23.31.H48", "name": "Ủy ban nhân dân xã Bình Đông"} | changes


def test_an_agency_is_added_changed_locked_and_dissolved_with_its_successor(operator_page, office):
    answer = operator_page.post("/hub/directory/new", typed(parent_code=BINH_SON))
    assert answer.status_code == 303
    entry = entry_of(office, "000.23.31.H48")
    assert (entry.search_text, entry.version) == (
        "000.23.31.h48 uy ban nhan dan xa binh dong",
        2,
    )
    url = f"/hub/directory/{entry.id}"
    changed = typed(name="UBND xã Bình Đông", version="2", code="999")
    assert operator_page.post(url, changed).status_code == 303
    assert entry_of(office, "000.23.31.H48").name == "UBND xã Bình Đông"
    assert operator_page.post(f"{url}/lock", {"version": "3"}).status_code == 303
    assert "Tạm khóa" in operator_page.get(url)
    assert operator_page.post(f"{url}/unlock", {"version": "4"}).status_code == 303
    end = {"end-version": "5", "end-since": "0001-01-01", "end-successor": BINH_MINH}
    early = operator_page.post(f"{url}/dissolve", end)
    assert early.status_code == 422
    assert "Ngày giải thể không thể sớm như vậy." in text_of(early.text)
    assert operator_page.post(url, typed(version="5" * 5000)).status_code == 409
    end["end-since"] = "02/01/2026"  # as the office writes it
    assert operator_page.post(f"{url}/dissolve", end).status_code == 303
    page = text_of(operator_page.get(url))
    assert "Đã giải thể" in page
    assert "01/01/2026" in page
    assert "Ủy ban nhân dân xã Bình Minh" in page
    assert "kế thừa: 000.21.31.H48" in operator_page.get("/hub/directory?shown=dissolved")
    office.session().rollback()
    changes = [
        entry.details["change"]
        for entry in office.session()
        .query(AuditEntry)
        .filter_by(tag="hub:directory_edit")
        .order_by(AuditEntry.sequence)
    ]
    assert changes == ["add", "edit", "lock", "unlock", "dissolve"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Hãy nhập tên cơ quan."),
        ({"code": "mã có dấu"}, "Mã định danh chỉ gồm chữ không dấu"),
        ({"code": BINH_SON}, "đã thuộc về Ủy ban nhân dân huyện Bình Sơn"),
        ({"parent_code": "000.99.99.H48"}, "Không có cơ quan nào mang mã 000.99.99.H48"),
    ],
)
def test_a_wrong_entry_is_refused_in_words_and_what_was_typed_stays(operator_page, fields, words):
    answer = operator_page.post("/hub/directory/new", typed(email="vt@don-vi.example", **fields))
    assert answer.status_code == 422
    check_page(answer.text)
    assert words in answer.text
    assert 'value="vt@don-vi.example"' in answer.text


def test_a_second_tab_is_told_that_the_entry_was_changed_and_keeps_its_text(operator_page, office):
    entry = entry_of(office, BINH_MINH)
    url, code = f"/hub/directory/{entry.id}", entry.code
    assert operator_page.post(url, {"code": code, "name": "Một", "version": "1"}).status_code == 303
    late = operator_page.post(url, {"code": code, "name": "Tên gõ sau", "version": "1"})
    assert late.status_code == 409
    assert "vừa được người khác sửa" in late.text
    assert 'value="Tên gõ sau"' in late.text


def test_nobody_can_be_dissolved_into_itself_or_nothing(operator_page, office):
    entry = entry_of(office, BINH_MINH)
    for successor in (BINH_MINH, "000.99.99.H48"):
        end = {"end-version": "1", "end-since": "2026-01-02", "end-successor": successor}
        answer = operator_page.post(f"/hub/directory/{entry.id}/dissolve", end)
        assert answer.status_code == 422
        assert f"Mã kế thừa {successor} không có" in answer.text
        check_page(answer.text)
    assert entry_of(office, BINH_MINH).valid_to is None


def test_nodes_show_what_waits_and_who_has_no_connection(hub_app, traffic, clock):
    clock.ahead += timedelta(hours=30)
    page = text_of(Browser(hub_app, "hub.vanhanh").get("/hub/nodes"))
    assert "Chưa có kết nối" in page, "a commune without an account has a delivery waiting"
    assert "30 giờ" in page
    assert "Sơn Tịnh" in page


def test_a_new_secret_is_shown_once_and_works(operator_page, office):
    answer = operator_page.post("/hub/nodes/new", {"system_id": COMMUNE, "node_name": "Nút xã"})
    assert answer.status_code == 200
    check_page(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    secret = re.search(r"<code>([^<]+)</code>", answer.text).group(1)
    assert accounts.secrets_of(office, accounts.find(office, COMMUNE)) == [secret]
    assert secret not in operator_page.get("/hub/nodes")
    assert secret not in str([e.details for e in office.session().query(AuditEntry)])
    sealed = office.session().query(HubAccount.secret_sealed).filter_by(system_id=COMMUNE).scalar()
    assert secret.encode() not in sealed


@pytest.mark.parametrize(
    ("code", "words"),
    [(BINH_SON, "đã có kết nối"), ("000.99.99.H48", "chưa có trong danh bạ"), ("", "Hãy nhập mã")],
)
def test_an_account_needs_an_agency_that_has_none_yet(operator_page, code, words):
    answer = operator_page.post("/hub/nodes/new", {"system_id": code})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_secret_is_rotated_and_a_system_locked_from_the_page(operator_page, office):
    account = accounts.find(office, BINH_SON).id
    answer = operator_page.post(f"/hub/nodes/{account}/rotate", {})
    assert "Khóa trước còn dùng được 7 ngày" in answer.text
    assert "khóa cũ còn dùng được đến" in operator_page.get("/hub/nodes")
    assert operator_page.post(f"/hub/nodes/{account}/lock", {}).status_code == 303
    assert operator_page.post(f"/hub/nodes/{account}/lock", {}).status_code == 409
    assert "Đang khóa" in operator_page.get("/hub/nodes")
    assert operator_page.post(f"/hub/nodes/{account}/unlock", {}).status_code == 303
    assert operator_page.post("/hub/nodes/999/rotate", {}).status_code == 404


def test_the_hub_is_closed_to_strangers_and_does_not_exist_on_a_district(hub_app, tmp_path, office):
    from demo import province
    from domain.errors import Forbidden
    from domain.roles import Actor, Role
    from tests.conftest import make_node

    answer = hub_app.test_client().get("/hub/nodes")
    assert (answer.status_code, "/account/login" in answer.location) == (302, True)
    officer = Actor(name="Ai đó", person_id=1, agency_id=1, role=Role.OFFICER)
    for act in (
        lambda: accounts.create(office, officer, COMMUNE, ""),
        lambda: accounts.rotate(office, officer, 1, ""),
        lambda: directory.add(office, officer, directory.EntryFields("1", "x")),
        lambda: directory.listing(office, officer),
    ):
        with pytest.raises(Forbidden):
            act()
    district = make_node(tmp_path / "st", province.SON_TINH)
    assert district.test_client().get("/hub/messages").status_code == 404


def test_the_search_finds_messages_by_the_names_of_their_agencies(operator_page, office):
    accept(office, SON_TINH, edoc(to=[BINH_MINH]))
    assert "Không có gói tin nào như vậy" not in operator_page.get("/hub/messages?q=binh+minh")
    assert "Không có gói tin nào như vậy" in operator_page.get("/hub/messages?q=ba+to")
