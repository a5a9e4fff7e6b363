"""Registering: numbers, days, the report to the sender; papers that came by hand; secrets."""

import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.incoming_flow import IncomingState
from extensions import db
from models.exchange import StatusEvent
from models.files import StoredFile
from models.incoming import IncomingDocument
from models.registers import Register, RegisterEntry
from services import incoming
from services.incoming import uploads
from services.incoming.dossier import open_dossier

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "documents"
PAPER = {
    "issuer_name": "Sở Tài chính tỉnh Quảng Ngãi",
    "document_number": "519",
    "notation": "STC-QLNS",
    "issued_date": date(2026, 11, 18),
    "type_name": "Công văn",
    "subject": "V/v quyết toán ngân sách",
}


def told(office, document) -> list[str]:
    return list(
        office.session().scalars(
            select(StatusEvent.code)
            .where(StatusEvent.incoming_id == document.id)
            .order_by(StatusEvent.id)
        )
    )


@pytest.fixture
def register_paper(office, actor, clock):
    def do(file=None, username="st.vanthu", **changes):
        return incoming.register_paper(office, actor(username), PAPER | changes, file)

    return do


def test_registering_and_submitting_is_one_step(steps, office):
    chairman = steps.appointment("st.chutich")
    document = steps.do("st.vanthu", steps.arrive(), "register", director=chairman)
    assert document.state == IncomingState.AWAITING_DIRECTION
    assert (document.arrival_number, document.arrival_date) == (1, date(2026, 11, 20))
    assert document.registered_by == "Nguyễn Thị Hồng Vân"
    assert told(office, document) == ["03"]


def test_a_refused_submission_does_not_use_up_a_number(steps, office):
    document = steps.arrive()
    with pytest.raises(Invalid) as refused:
        steps.do("st.vanthu", document, "register", director=steps.appointment("st.chanhvp"))
    assert refused.value.code == "leader-unknown"
    assert office.session().scalar(select(func.count()).select_from(RegisterEntry)) == 0
    assert told(office, document) == []


def test_a_number_given_to_another_meanwhile_is_refused_with_the_next_free_one(steps):
    first, second = steps.arrive(), steps.arrive()
    steps.do("st.vanthu", first, "register", number=1)
    with pytest.raises(Conflict) as taken:
        steps.do("st.vanthu", second, "register", number=1)
    assert (taken.value.code, taken.value.fields["next"]) == ("number-taken", 2)


@pytest.mark.parametrize("wanted", [5, 3, 0, -1])
def test_a_number_that_nobody_could_be_given_yet_is_not_called_taken(steps, wanted):
    steps.registered()
    with pytest.raises(Invalid) as refused:
        steps.do("st.vanthu", steps.arrive(), "register", number=wanted)
    assert (refused.value.code, refused.value.fields["next"]) == ("number-not-next", 2)


def test_ten_clerks_at_once_get_ten_numbers_without_a_gap(steps, node, actor):
    documents, clerk, failed = [steps.arrive() for _ in range(10)], actor("st.vanthu"), []

    def register(document_id: int) -> None:
        with node.app_context():
            try:
                office = node.extensions["office"]
                incoming.perform(office, clerk, document_id, "register", {})
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=register, args=(each.id,)) for each in documents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    db.session.rollback()  # reads anew
    numbers = db.session.scalars(select(IncomingDocument.arrival_number)).all()
    assert sorted(numbers) == list(range(1, 11))


def test_each_agency_of_the_node_and_each_year_has_its_own_numbers(steps, office, actor, clock):
    steps.registered()
    commune = steps.arrive("000.21.32.H48")
    clerk = actor("st.th.vanthu", "000.21.32.H48")
    assert incoming.perform(office, clerk, commune.id, "register", {}).arrival_number == 1
    clock(2027, 1, 4)
    assert steps.registered().arrival_number == 1
    assert steps.registered(document_uid="b").arrival_number == 2
    years = office.session().scalars(select(Register.year).order_by(Register.year)).all()
    assert years == [2026, 2026, 2027]


def test_a_day_that_lies_ahead_is_refused(steps):
    with pytest.raises(Invalid) as refused:
        steps.do("st.vanthu", steps.arrive(), "register", arrival_date=date(2026, 11, 21))
    assert refused.value.code == "arrival-date-future"
    with pytest.raises(Invalid) as late:
        steps.do("st.vanthu", steps.arrive(), "register", deadline=date(2026, 11, 19))
    assert late.value.code == "deadline-past"


def test_a_day_of_arrival_lies_in_this_year_or_the_last(steps, register_paper):
    for day in (date(1, 1, 1), date(1999, 5, 5), date(2024, 12, 31)):
        with pytest.raises(Invalid) as refused:
            register_paper(arrival_date=day, issued_date=day)
        assert refused.value.code == "arrival-date-old"
    with pytest.raises(Invalid):
        steps.do("st.vanthu", steps.arrive(), "register", arrival_date=date(2024, 12, 31))
    first = date(2025, 1, 1)
    assert register_paper(arrival_date=first, issued_date=first).arrival_date == first


def test_a_paper_may_arrive_after_its_deadline(register_paper):
    assert register_paper(deadline=date(2026, 11, 19)).deadline == date(2026, 11, 19)
    with pytest.raises(Invalid) as refused:
        register_paper(deadline=date(2026, 11, 17), subject="Khác", document_number="520")
    assert refused.value.code == "deadline-before-issue"


def test_a_package_may_arrive_after_its_deadline(steps, office, actor, clock):
    due = date(2026, 11, 19)
    late = steps.arrive(asked_by=due, issued_date=date(2026, 11, 16))
    clerk = actor("st.vanthu")
    assert open_dossier(office, clerk, late.id).answer_due == due
    document = steps.do("st.vanthu", late, "register", deadline=due)
    assert document.deadline == due
    assert incoming.listing(office, clerk, {"state": "overdue"}, 1).total == 1
    # Nobody can be given work till yesterday: the leader is proposed a day that lies ahead.
    steps.do("st.vanthu", document, "submit", director=steps.appointment("st.chutich"))
    proposed = open_dossier(office, actor("st.chutich"), document.id).proposed_deadline
    assert proposed > office.today()
    steps.do("st.chutich", document, "direct", text="x", lead=steps.unit("NV"), deadline=proposed)


def test_a_refusal_tells_the_sender_why(steps, office):
    document = steps.do("st.vanthu", steps.arrive(), "refuse", reason="Gửi nhầm nơi nhận")
    event = office.session().scalars(select(StatusEvent)).one()
    assert (event.code, event.description) == ("02", "Gửi nhầm nơi nhận")
    assert (event.staff, event.department) == ("Nguyễn Thị Hồng Vân", "Văn phòng HĐND và UBND")
    assert document.refusal_reason == "Gửi nhầm nơi nhận"


def test_another_agency_on_the_same_node_sees_nothing(steps, office, actor):
    document = steps.arrive()
    stranger = actor("st.th.vanthu", "000.21.32.H48")
    for action in ("register", "refuse"):
        with pytest.raises(NotFound):
            incoming.perform(office, stranger, document.id, action, {"reason": "x"})
    with pytest.raises(NotFound):
        incoming.load(office, stranger, document.id)
    assert incoming.listing(office, stranger, {"state": "all"}, 1).total == 0


def test_one_person_sees_in_each_appointment_only_that_agency(steps, office, actor):
    """The head of home affairs is unit head here and leads an agency of her own there."""
    document = steps.directed()
    assert incoming.load(office, actor("st.truongphong"), document.id)
    with pytest.raises(NotFound):
        incoming.load(office, actor("st.truongphong", "000.01.32.H48"), document.id)


def test_an_officer_sees_only_what_is_given_to_them(steps, office, actor):
    given, other = steps.handed_on().document, steps.directed()
    officer = actor("st.chuyenvien")
    found = incoming.listing(office, officer, {"state": "all"}, 1)
    assert [row.id for row in found.rows] == [given.id]
    with pytest.raises(NotFound):
        incoming.load(office, officer, other.id)
    for nobody in ("st.quantri", "st.cvtaichinh"):
        assert incoming.listing(office, actor(nobody), {"state": "all"}, 1).total == 0


def test_a_paper_is_registered_by_hand_and_told_to_nobody(register_paper, office):
    document = register_paper()
    assert (document.state, document.arrival_number) == (IncomingState.REGISTERED, 1)
    assert document.main.reference == "519/STC-QLNS"
    assert told(office, document) == []


def test_only_a_clerk_registers_papers(register_paper):
    for username in ("st.chutich", "st.chuyenvien", "st.quantri"):
        with pytest.raises(Forbidden):
            register_paper(username=username)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "  "}, "required"),
        ({"issued_date": None}, "required"),
        ({"issued_date": date(2026, 11, 21)}, "issued-after-arrival"),
        ({"type_name": "Thư tình"}, "document-type-unknown"),
        ({"secrecy": "Siêu mật"}, "secrecy-unknown"),
        ({"subject": "ê" * 501}, "too-long"),
    ],
)
def test_a_paper_with_a_wrong_field_is_refused(register_paper, office, changes, code):
    with pytest.raises(Invalid) as refused:
        register_paper(**changes)
    assert refused.value.code == code
    assert office.session().scalar(select(func.count()).select_from(IncomingDocument)) == 0


def test_the_same_issuer_reference_and_date_warn_but_do_not_forbid(register_paper):
    first = register_paper()
    with pytest.raises(Conflict) as warned:
        register_paper(issuer_name="SỞ TÀI CHÍNH TỈNH QUẢNG NGÃI")
    assert warned.value.code == "duplicate-paper"
    assert warned.value.fields["document_id"] == first.id
    assert register_paper(duplicate_ok=True).arrival_number == 2
    assert register_paper(issued_date=date(2026, 11, 17)).arrival_number == 3


def test_a_secret_paper_has_no_file_anywhere(register_paper, office, actor):
    upload = uploads.keep(office, actor("st.vanthu"), "mat.pdf", scan())
    with pytest.raises(Invalid) as refused:
        register_paper(upload, secrecy="Mật")
    assert refused.value.code == "secret-no-file"
    assert office.session().scalar(select(func.count()).select_from(StoredFile)) == 0
    left = [path for path in office.settings.data_dir.rglob("*") if path.is_file()]
    assert not [path for path in left if scan()[:200] in path.read_bytes()]
    document = register_paper(secrecy="Mật")
    assert (document.main.secrecy, document.main.sha256) == ("Mật", None)


def test_a_secret_registration_takes_all_waiting_scans_with_it(register_paper, office, actor):
    clerk = actor("st.vanthu")
    for name in ("mat.pdf", "mat-lan-2.pdf"):
        uploads.keep(office, clerk, name, scan())
    other = uploads.keep(office, actor("st.th.vanthu", "000.21.32.H48"), "khac.pdf", scan())
    register_paper(secrecy="Mật")
    left = [path.name for path in office.settings.data_dir.glob("uploads/*/*")]
    assert left == [other.token]


def test_a_form_sent_twice_registers_one_paper(register_paper, office):
    first = register_paper(form_token="a" * 32, document_number="", notation="")
    again = register_paper(form_token="a" * 32, document_number="", notation="")
    assert again.id == first.id
    other = register_paper(form_token="b" * 32, document_number="", notation="", subject="Khác")
    assert (first.arrival_number, other.arrival_number) == (1, 2)
    with pytest.raises(Conflict) as used:
        register_paper(form_token="a" * 32, document_number="", notation="", subject="Thứ ba")
    assert (used.value.code, used.value.fields["document_id"]) == ("form-used", first.id)
    assert office.session().scalar(select(func.count()).select_from(RegisterEntry)) == 2


@pytest.mark.parametrize("number", [None, 1])
def test_two_presses_at_once_register_one_paper(node, actor, clock, number):
    form, made, failed = PAPER | {"form_token": "c" * 32, "number": number}, [], []
    clerk, start = actor("st.vanthu"), threading.Barrier(4)

    def press() -> None:
        with node.app_context():
            try:
                start.wait()
                made.append(incoming.register_paper(node.extensions["office"], clerk, form).id)
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(made) == 4
    assert len(set(made)) == 1
    db.session.rollback()
    assert db.session.scalars(select(IncomingDocument.arrival_number)).all() == [1]


def test_a_scan_is_kept_for_the_one_who_sent_it(office, actor):
    upload = uploads.keep(office, actor("st.vanthu"), "../../a.pdf", scan())
    assert uploads.take(office, actor("st.vanthu"), upload.token).name == "a.pdf"
    for token in (upload.token, "../" + upload.token, "", "x" * 32):
        with pytest.raises(NotFound):
            uploads.take(office, actor("st.chutich"), token)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("rong.pdf", b"", "pdf-empty"),
        ("hong.pdf", b"%PDF-1.7 then nothing", "pdf-broken"),
        ("trang.html", b"<html><script>1</script>", "scan-type"),
        ("anh.png", b"\x89PNG\r\n\x1a\n broken", "picture-broken"),
    ],
)
def test_a_bad_scan_is_refused_by_name(office, actor, name, data, code):
    with pytest.raises(Invalid) as refused:
        uploads.keep(office, actor("st.vanthu"), name, data)
    assert refused.value.code == code


def test_a_photograph_becomes_a_pdf(register_paper, office, actor):
    upload = uploads.keep(office, actor("st.vanthu"), "chup.png", picture())
    document = register_paper(upload)
    assert (document.main.file_name, document.main.pages) == ("chup.pdf", 1)
    assert office.files.read(document.main.sha256).startswith(b"%PDF-")


def picture() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGBA", (400, 560), (250, 250, 250, 200)).save(out, "PNG")
    return out.getvalue()


def scan() -> bytes:
    from adapters.pdf.scans import pdf_of_picture

    return pdf_of_picture(picture())
