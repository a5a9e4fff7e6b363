"""The status feed: nothing is skipped, nothing comes twice, not even while others are writing."""

import threading

from sqlalchemy import select

from adapters.federation.asking import LARGEST_ANSWER
from domain.change_flow import ChangeKind
from domain.federation import EVENTS, codes, identifier
from domain.roles import SYSTEM
from extensions import db
from models.agencies import Agency
from models.audit import AuditEntry
from models.incoming import IncomingDocument
from services import audit_chain
from services.changes import taking
from services.federation import scope
from services.federation.feed import feed
from services.unit_of_work import transaction
from tests.federation.conftest import ROOT, SON_TINH, call
from tests.federation.test_node_api import arrive


def all_of(node, start: int = 0, limit: int = 3) -> list[dict]:
    """The whole feed, in pages of the smallest size."""
    items, cursor, more = [], start, True
    while more:
        target = f"{ROOT}/statuses?cursor={cursor}&limit={limit}"
        page = call(node.url, target).json()
        items, cursor, more = items + page["items"], page["next_cursor"], page["more"]
    return items


def told_by_the_chain(node) -> list[int]:
    with node.session() as session:
        query = select(AuditEntry.sequence).where(AuditEntry.tag.in_(EVENTS))
        return sorted(session.scalars(query))


def test_pages_follow_each_other_and_begin_anew_where_the_last_one_ended(node):
    for number in range(7):
        arrive(node, document_uid=f"000.00.31.H48,2026/11/20,{number}/UBND-NV")
    items = all_of(node)
    assert [item["sequence"] for item in items] == told_by_the_chain(node)
    first = items[0]
    assert (first["event"], first["direction"], first["kind"]) == ("arrived", "in", "edoc")
    assert (first["document"], first["agency"]) == (
        "000.00.31.H48,2026/11/20,0/UBND-NV",
        SON_TINH,
    )
    assert first["peers"] == ["000.00.31.H48"]
    end = call(node.url, f"{ROOT}/statuses?cursor={items[-1]['sequence']}").json()
    assert end["items"] == []
    arrive(node)
    assert len(all_of(node, end["next_cursor"])) == 1


def test_documents_to_a_thousand_recipients_never_make_an_answer_too_large(node):
    arrive(node)
    codes = [f"000.00.0000.0000.{number:04}.H48" for number in range(1000)]
    with node.session() as session, transaction(node.office, SYSTEM) as work:
        subject = session.scalar(select(IncomingDocument))
        for _ in range(60):
            work.audit("exchange:sent", subject, recipients=codes)
    items, cursor, more = [], 0, True
    while more:
        answer = call(node.url, f"{ROOT}/report?cursor={cursor}")
        assert len(answer.content) < LARGEST_ANSWER
        page = answer.json()["statuses"]
        items, cursor, more = items + page["items"], page["next_cursor"], page["more"]
    assert [item["sequence"] for item in items] == told_by_the_chain(node)
    assert [len(item["peers"]) for item in items[1:]] == [1000] * 60


def test_a_cursor_ahead_of_a_restored_chain_comes_back_to_its_end(node):
    arrive(node)
    with node.session() as session:
        head, _digest = audit_chain.head(session)
    page = call(node.url, f"{ROOT}/statuses?cursor={head + 1000}").json()
    assert (page["items"], page["next_cursor"], page["more"]) == ([], head, False)


def test_a_reader_beside_many_writers_misses_nothing_and_reads_nothing_twice(node):
    """Some transactions stay open for a while after they wrote, some are taken back."""
    with node.session() as session:
        link = scope.lines(node.office, SON_TINH)[0]
        told_of = scope.of_line(node.office, link)
        agency_id = session.scalar(select(Agency.id).where(Agency.code == SON_TINH))
    arrive(node)
    with node.session() as session:
        document_id = session.scalar(select(IncomingDocument.id))

    def write(number: int) -> None:
        with node.app.app_context():
            for turn in range(8):
                try:
                    with transaction(node.office, SYSTEM) as work:
                        document = work.session.get(IncomingDocument, document_id)
                        work.audit("exchange:status_out", document, code="03", to="000.00.31.H48")
                        pause.wait(0.002 * (number + turn) % 0.01)
                        if (number + turn) % 5 == 0:
                            raise LookupError
                except LookupError:
                    pass
            db.session.remove()

    pause, read, cursor = threading.Event(), [], 0
    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    with node.app.app_context():
        while True:
            alive = any(writer.is_alive() for writer in writers)
            node.office.session().rollback()
            page = feed(node.office, told_of, cursor, 5)
            read += [item["sequence"] for item in page["items"]]
            cursor = page["next_cursor"]
            if not alive and not page["more"]:
                break
    assert agency_id in told_of.agencies
    assert read == told_by_the_chain(node)


def test_what_is_asked_of_a_document_is_told_by_its_kind_and_without_a_word_of_why(node):
    arrive(node)
    with node.session() as session, transaction(node.office, SYSTEM) as work:
        document = session.scalars(select(IncomingDocument)).one()
        for kind in (ChangeKind.UPDATE, ChangeKind.REVOKE, ChangeKind.RECEIVERS):
            taking.ask(work, document, taking.Asked(kind=kind, reason="Khen thưởng ông Mẫu"))
    told = [(item["event"], item["peers"]) for item in all_of(node)]
    sender = ["000.00.31.H48"]
    assert told == [
        ("arrived", sender),
        ("update_asked", sender),
        ("revoke_asked", sender),
        ("update_cancelled", sender),
        ("revoke_agreed", sender),
        ("withdrawn", sender),
        ("status_out", sender),
        ("receivers_told", sender),
    ]


def test_an_id_goes_out_as_it_is_only_where_it_looks_like_one():
    uid = "000.00.32.H48,2026/03/02,45/QĐ-UBND"
    assert identifier(uid) == uid
    assert identifier("0b7c9f3e-2c57-4a0c-9a55-3f4de0c8f001").startswith("0b7c9f3e")
    for text in (
        "Khen-thuong-ong-Mau-2026",
        "doc-1",
        "V/v khen thưởng ông Nguyễn Văn Mẫu",
        "Nguyen Van Mau",
        "mật",
        "",
        "a" * 300,
    ):
        assert identifier(text).startswith("sha256:")
    assert codes(["000.00.32.H48", "Ủy ban", "a b", "", "x" * 36]) == ["000.00.32.H48"]
