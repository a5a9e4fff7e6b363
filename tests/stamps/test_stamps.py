"""The stamp "ĐẾN": seen and printed, never in the file."""

import hashlib
import re

import pytest

from adapters.pdf import inspect, page_words
from adapters.signing.validate import validate
from domain.errors import Conflict, Forbidden, Invalid
from domain.places import POINTS_PER_MM
from services import stamps
from services.incoming.arrival import ArrivalFile
from tests.conftest import PASSWORD, SHARED
from tests.signing.conftest import typeset
from tests.visitor import Visitor

SIGNED = SHARED / "documents" / "t_2024-11-06_542-TB-UBND.pdf"
pytestmark = pytest.mark.skipif(not SIGNED.exists(), reason="shared documents are absent")


@pytest.fixture
def received(steps):
    """A registered document whose file was signed by its sender."""
    return steps.registered(files=[ArrivalFile(name="a.pdf", data=SIGNED.read_bytes())])


@pytest.fixture
def printed(office, actor):
    return lambda document, who="st.vanthu": stamps.print_copy(office, actor(who), document.id)[1]


def test_the_received_file_stays_as_it_is_and_its_signatures_are_worth_what_they_were(
    office, actor, received, printed
):
    sha256 = received.main.sha256
    before = validate(SIGNED.read_bytes(), (), office.now())
    stamps.page_image(office, actor("st.vanthu"), received.id, None)
    stamps.move(office, actor("st.vanthu"), received.id, (12.0, 34.5))
    printed(received)
    stored = office.files.read(sha256)
    assert hashlib.sha256(stored).hexdigest() == sha256
    assert stored == SIGNED.read_bytes()
    assert validate(stored, (), office.now()) == before
    assert before.signatures


def test_the_print_bears_the_stamp_on_page_1_and_says_on_each_page_that_it_is_a_print(
    office, actor, received, printed
):
    stamps.move(office, actor("st.vanthu"), received.id, (20.0, 200.0))
    copy = printed(received)
    facts = inspect(copy)
    assert facts.pages == inspect(SIGNED.read_bytes()).pages
    assert not facts.has_signatures
    for page in range(facts.pages):
        text = " ".join(word.text for word in page_words(copy, page))
        assert stamps.NOTE in text
        assert ("ĐẾN Số: 1 Ngày: 20/11/2026" in text) == (page == 0)
    stamp = next(word for word in page_words(copy, 0) if word.text == "ĐẾN")
    from_top = facts.page_sizes[0][1] - stamp.box.bottom - stamp.box.height
    assert 20 < stamp.box.left / POINTS_PER_MM < 35
    assert 210 < from_top / POINTS_PER_MM < 222


def test_the_first_usual_place_is_proposed_under_which_nothing_is_printed(office, actor, steps):
    page = typeset(
        '#set page(paper: "a4", margin: 0mm)\n'
        "#place(dx: 25mm, dy: 20mm, block(width: 110mm)[#lorem(300)])"
    )
    received = steps.registered(files=[ArrivalFile(name="a.pdf", data=page)])
    stamped = stamps.open_stamp(office, actor("st.vanthu"), received.id)
    assert stamps.proposed(office, stamped) == stamps.PRESETS["under-date"]


def test_the_stamp_says_whom_the_document_went_to(office, actor, steps, printed):
    document = steps.directed(files=[ArrivalFile(name="a.pdf", data=SIGNED.read_bytes())])
    lead = next(each for each in document.handed_to if each.kind == "lead")
    text = " ".join(word.text for word in page_words(printed(document), 0))
    assert f"Chuyển: {lead.unit.name}" in text


def test_what_bears_no_stamp_is_refused(office, actor, steps, received):
    clerk = actor("st.vanthu")
    with pytest.raises(Conflict, match="stamp-not-registered"):
        stamps.open_stamp(office, clerk, steps.arrive().id)
    sheet = steps.registered(files=[ArrivalFile(name="a.csv", data=b"a;b\n1;2\n")])
    with pytest.raises(Invalid, match="stamp-no-page"):
        stamps.open_stamp(office, clerk, sheet.id)
    with pytest.raises(Invalid, match="stamp-outside-page"):
        stamps.move(office, clerk, received.id, (190.0, 10.0))
    with pytest.raises(Forbidden):
        stamps.move(office, actor("st.chutich"), received.id, (10.0, 10.0))


def test_the_clerk_places_the_stamp_without_scripts_and_sees_it_on_the_document(
    node, office, received
):
    clerk = Visitor(node, "st.vanthu", PASSWORD)
    where = f"/incoming/{received.id}/stamp"
    shown = clerk.get(f"/incoming/{received.id}").text
    assert f"{where}/page.webp" in shown
    assert f"{where}/print.pdf" in shown
    clerk.get(where)
    tried = clerk.submit(where, {"intent": "top-right"}, page=where).text
    assert re.search(r'name="left" value="155"', tried)
    wrong = clerk.submit(where, {"left": "xa", "top": "5"}, page=where)
    assert wrong.status_code == 422
    assert 'value="xa"' in wrong.text
    clerk.submit(where, {"left": "150,5", "top": "6"}, page=where)
    office.session().rollback()
    office.session().refresh(received)
    assert (received.stamp_left, received.stamp_top) == (150.5, 6.0)
    assert clerk.get(f"{where}/page.webp?left=10&top=10").data[8:12] == b"WEBP"
    assert clerk.get(f"{where}/print.pdf").data.startswith(b"%PDF-")
    neighbour = Visitor(node, "st.chuyenvien", PASSWORD)
    for path in ("", "/page.webp", "/print.pdf"):
        neighbour.get(where + path, status=404)
