"""Laws 4, 5, 7, 8, 9 and 10 of the design, as a node must keep them. Each test fails without the
few lines that keep its law; 1, 2, 3 and 6 stand in test_exchange_laws.py and the crash tests."""

import ast
import inspect
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import worker
from demo import province
from domain.audit_tags import AUDIT_TAGS
from domain.errors import Conflict, Invalid, NotFound
from domain.outgoing_flow import OUTGOING_FLOW
from domain.roles import SYSTEM
from jobs import context
from models.agencies import Agency
from models.audit import AuditEntry
from models.files import StoredFile
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from models.registers import RegisterEntry, RegisterKind
from models.signing import SigningRequest
from services import audit_chain, incoming, outgoing
from services.incoming import uploads
from services.numbering import give_number
from services.outgoing.state import move
from services.unit_of_work import transaction
from tests.conftest import PIN, drain, find_actor, make_node
from tests.outgoing.drafts import drafted, letter

DAY = date(2026, 11, 20)
DISTRICT = "000.00.32.H48"


@pytest.fixture
def signing_office(tmp_path):
    app = make_node(tmp_path / "node", province.SON_TINH, certificates=True)
    with app.app_context():
        yield app.extensions["office"], app


def entries(office, *where) -> list[AuditEntry]:
    office.session().rollback()
    return list(office.session().scalars(select(AuditEntry).where(*where)))


def outgoing_number(office, fails: bool = False) -> int:
    with transaction(office, SYSTEM) as work:
        agency = work.session.scalars(select(Agency).where(Agency.code == DISTRICT)).one()
        given = give_number(work, agency, RegisterKind.OUTGOING, DAY).number
        return given // (not fails)


def agree_and_fail(office, actor, document_id: int) -> None:
    with transaction(office, actor) as work:
        move(work, work.session.get(OutgoingDocument, document_id), "agree")
        1 / 0  # noqa: B018


def submitted(office) -> OutgoingDocument:
    def who(name: str):
        return find_actor(office, name, DISTRICT)

    document_id = drafted(office, who("st.chuyenvien"))
    outgoing.perform(office, who("st.chuyenvien"), document_id, "submit", {})
    outgoing.perform(office, who("st.truongphong"), document_id, "agree", {})
    return outgoing.perform(office, who("st.chanhvp"), document_id, "forward", {})


def test_law_4_a_worker_serves_one_queue_and_neither_retries_nor_schedules(monkeypatch):
    made = []

    class Seen:
        def __init__(self, queues, connection) -> None:
            made.append([queue.name for queue in queues])

        def work(self, **options) -> None:
            made.append(options["with_scheduler"])

    monkeypatch.setattr(worker, "QUEUES", dict.fromkeys(worker.QUEUES, Seen))

    class App:
        class Office:
            class settings:
                redis_url = "redis://nobody.example"

        extensions = {"office": Office}

    for name in worker.QUEUES:
        made.clear()
        worker.run_queue(App, name)
        assert made == [[name], False]


def test_law_4_wake_ups_carry_one_id_and_no_retry():
    from jobs import queue

    calls = [node for node in ast.walk(ast.parse(inspect.getsource(queue)))
             if isinstance(node, ast.Call)
             and getattr(node.func, "attr", "") == "enqueue_call"]  # fmt: skip
    assert len(calls) == 1
    given = {keyword.arg: keyword.value for keyword in calls[0].keywords}
    assert [element.id for element in given["args"].elts] == ["item_id"]
    assert "retry" not in given


def test_law_5_the_bytes_of_an_issued_document_never_change(signing_office):
    office, app = signing_office
    doc = submitted(office)
    leader, clerk = (find_actor(office, n, DISTRICT) for n in ("st.chutich", "st.vanthu"))
    shown = doc.prepared_sha256
    outgoing.perform(office, leader, doc.id, "approve", {"pin": PIN, "digest": shown})
    drain(app, kinds={"sign"})
    form = {"pin": PIN, "issued_date": office.today().isoformat()}
    outgoing.perform(office, clerk, doc.id, "issue", form)
    drain(app, kinds={"sign"})
    office.session().expire_all()
    issued = office.session().get(OutgoingDocument, doc.id).issued_sha256
    before = office.files.read(issued)
    assert before.startswith(office.files.read(shown)), "number and seal are added behind"
    for action in ("edit", "approve", "issue", "reseal"):
        officer = find_actor(office, "st.chuyenvien", DISTRICT)
        who = officer if action == "edit" else leader if action == "approve" else clerk
        with pytest.raises(Conflict):
            outgoing.perform(office, who, doc.id, action, letter(office, officer) | form)
    drain(app, kinds={"sign"})
    office.session().expire_all()
    doc = office.session().get(OutgoingDocument, doc.id)
    assert (doc.issued_sha256, office.files.read(issued)) == (issued, before)


def test_law_7_a_number_that_was_not_kept_is_given_to_the_next(office):
    assert outgoing_number(office) == 1
    with pytest.raises(ZeroDivisionError):
        outgoing_number(office, fails=True)
    assert [outgoing_number(office) for _ in range(3)] == [2, 3, 4]


def test_law_7_the_table_itself_refuses_a_number_twice(office):
    outgoing_number(office)
    session = office.session()
    first = session.scalars(select(RegisterEntry)).one()
    session.add(
        RegisterEntry(
            register_id=first.register_id,
            number=first.number,
            given_at=office.now(),
            given_by="B",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_law_8_other_bytes_than_those_named_are_neither_asked_for_nor_signed(signing_office):
    office, app = signing_office
    doc = submitted(office)
    leader = find_actor(office, "st.chutich", DISTRICT)
    with pytest.raises(Conflict, match="document-changed"):
        outgoing.perform(office, leader, doc.id, "approve", {"pin": PIN, "digest": "0" * 64})
    assert office.session().scalars(select(SigningRequest)).all() == []
    shown = {"pin": PIN, "digest": doc.prepared_sha256}
    outgoing.perform(office, leader, doc.id, "approve", shown)
    with transaction(office, SYSTEM) as work:  # somebody changes the file behind the approval
        changed = work.session.get(OutgoingDocument, doc.id)
        changed.prepared_sha256 = work.store(b"%PDF-1.7 other", "application/pdf")
    drain(app, kinds={"sign"})
    office.session().expire_all()
    request = office.session().scalars(select(SigningRequest)).one()
    assert (request.output_sha256, request.failure) == (None, "document-changed")


def test_law_9_every_step_stands_in_the_chain_in_the_transaction_that_did_it(office):
    officer = find_actor(office, "st.chuyenvien", DISTRICT)
    document_id = drafted(office, officer)
    outgoing.perform(office, officer, document_id, "submit", {})
    done = [e.tag for e in entries(office, AuditEntry.subject_id == document_id)]
    assert {"outgoing:create", "outgoing:submit"} <= set(done)
    count = len(entries(office))
    with pytest.raises(ZeroDivisionError):
        agree_and_fail(office, officer, document_id)
    assert len(entries(office)) == count
    assert list(audit_chain.verify(office.session())) == []


def test_law_9_no_step_of_a_flow_lacks_its_tag_and_an_unknown_tag_stops_the_change(office):
    assert {f"outgoing:{step.action}" for step in OUTGOING_FLOW.steps} <= AUDIT_TAGS
    with pytest.raises(ValueError, match="unknown audit tag"), transaction(office, SYSTEM) as work:
        work.audit("outgoing:whatever")


def test_law_10_of_a_state_secret_only_the_metadata_is_kept(office):
    clerk = find_actor(office, "st.vanthu", DISTRICT)
    form = {
        "issuer_name": "Bộ chỉ huy quân sự",
        "type_name": "Công văn",
        "subject": "Về công tác năm 2026",
        "document_number": "12",
        "notation": "BCH-TM",
        "issued_date": DAY,
        "secrecy": "Tối mật",
    }
    scan = uploads.keep(office, clerk, "mat.png", picture())
    with pytest.raises(Invalid, match="secret-no-file"):
        incoming.register_paper(office, clerk, form, scan)
    kept = office.settings.data_dir / "uploads"
    assert [path for path in kept.rglob("*") if path.is_file()] == []
    assert office.session().scalars(select(IncomingDocument)).all() == []
    made = incoming.register_paper(office, clerk, form)
    assert made.arrival_number == 1
    assert [paper.sha256 for paper in made.papers] == [None]
    assert office.session().scalars(select(StoredFile)).all() == []


def test_law_10_a_scan_that_nobody_registers_is_gone_after_a_day(office, monkeypatch):
    monkeypatch.setattr(context, "open_office", lambda: nullcontext(office))
    clerks = [find_actor(office, name) for name in ("st.vanthu", "st.pnv.vanthu")]
    scans = [uploads.keep(office, clerk, "quet.png", picture()) for clerk in clerks]
    left, began = office.settings.data_dir / "uploads", office.now()
    for hours, kept in ((23, 2), (25, 0)):
        object.__setattr__(office, "clock", lambda hours=hours: began + timedelta(hours=hours))
        if not kept:
            with pytest.raises(NotFound, match="upload-gone"):
                uploads.take(office, clerks[0], scans[0].token)
        worker.sweep(tidying=True)
        assert len([path for path in left.rglob("*") if path.is_file()]) == kept


def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (200, 280), "white").save(out, "PNG")
    return out.getvalue()
