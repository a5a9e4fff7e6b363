"""What the audit chain's page says, and where the menu says one is."""

import ast

import pytest
from lxml import html

from blueprints.admin.details import NAMES, told
from demo import province
from models.agencies import Agency
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, find_actor, make_node
from tests.house.source import python_files
from tests.visitor import Visitor

DIGEST = "19ab" * 16


@pytest.fixture
def node(tmp_path):
    return make_node(tmp_path / "sontinh", province.SON_TINH)


@pytest.fixture
def administrator(node):
    return Visitor(node, "st.quantri", PASSWORD)


def test_details_are_told_in_words_and_digests_folded(node, administrator):
    office = node.extensions["office"]
    with node.app_context(), transaction(office, find_actor(office, "st.quantri")) as work:
        agency = work.session.get_one(Agency, 1)
        work.audit(
            "exchange:sent", agency, payload_sha256=DIGEST, recipients=["000.00.31.H48", "H48.2"],
            since="2026-11-23", until="2026-11-23T02:30:00+00:00", locked=True,
            before={"name": "A"},
        )  # fmt: skip
    page = administrator.get("/admin/audit?tag=exchange:sent")
    (cell,) = html.fromstring(page.text).xpath("//td[@data-label='Chi tiết']")
    words = " ".join(cell.text_content().split())
    for text in (
        "nơi nhận: 000.00.31.H48, H48.2", "từ ngày: 23/11/2026", "đến lúc: 23/11/2026 09:30",
        "bị khóa: có", "trước đó: tên A",
    ):  # fmt: skip
        assert text in words
    assert "payload_sha256" not in page.text
    assert "['" not in words
    (folded,) = cell.xpath("./details[not(@open)]")
    assert DIGEST in folded.text_content()
    assert page.text.count(DIGEST) == 1


def test_codes_of_details_are_told_in_words(node):
    details = {"failure": "certificate-expired", "role": "clerk", "verdict": "valid", "x": None}
    with node.test_request_context():
        plain, digests = told("signing:failed", details)
        assert told("exchange:status_in", {"code": "03"})[0] == [("mã", "03 Đã tiếp nhận")]
    values = dict(plain)
    assert (values["vai trò"], values["kết luận"]) == ("Văn thư", "hợp lệ")
    assert "certificate" not in values["lý do không thành"]
    assert (len(plain), digests) == (3, [])


def test_every_detail_that_the_program_writes_has_a_name():
    named = {
        keyword.arg
        for path, tree in python_files().items()
        if path.parts[0] == "services"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "audit"
        for keyword in call.keywords
        if keyword.arg
    }
    assert sorted(named - set(NAMES)) == []


@pytest.mark.parametrize("address", ["/signing/certificates", "/signing/roots"])
def test_the_pages_of_certificates_are_part_of_the_administration(administrator, address):
    tree = html.fromstring(administrator.get(address).text)
    (menu,) = tree.xpath("//nav[@class='main']//a[@aria-current]")
    (tab,) = tree.xpath("//nav[@class='tabs']//a[@aria-current]")
    assert menu.text.split() == ["Quản", "trị"]
    assert tab.text == "Chứng thư số"
