"""People hear of many documents decided at once one time, when all of them are over; whom one alone
concerns hears of that one."""

from sqlalchemy import select

from models.agencies import Person
from models.audit import Notification
from services import batches
from services.batches.telling import NEXT, RESULT, YOURS
from tests.batches.conftest import Desk
from tests.conftest import PASSWORD
from tests.visitor import Visitor


def told(desk: Desk, username: str) -> list[Notification]:
    """What this person was told, the oldest first, without the single steps before the batch."""
    desk.look_anew()
    query = select(Notification).join(Person).where(Person.username == username)
    found = desk.office.session().scalars(query.order_by(Notification.id)).all()
    return [note for note in found if note.kind not in ("outgoing:forward", "outgoing:submit")]


def finish(desk: Desk) -> None:
    """The work, and the look a little later whether all signatures are there."""
    desk.work()
    desk.later(seconds=10)
    desk.work()


def test_each_is_told_once_with_counts_and_a_way_to_the_documents(desk):
    documents = desk.waiting(4)
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in documents]
    docs[1] = f"{documents[1].id}:{'0' * 64}"
    batch_id = desk.sign_all(documents, docs=docs)
    finish(desk)
    (result,) = told(desk, "st.chutich")
    (yours,) = told(desk, "st.chuyenvien")
    (waiting,) = told(desk, "st.vanthu")
    assert (result.kind, result.details["counts"]) == (RESULT, {"done": 3, "failed": 1})
    assert (yours.kind, yours.details["counts"]) == (YOURS, {"done": 3, "failed": 1})
    assert (waiting.kind, waiting.details["counts"]) == (NEXT, {"done": 3})
    leader = Visitor(desk.app, "st.chutich", PASSWORD)
    assert "Ký nhiều văn bản: 3 văn bản đã ký, 1 lỗi" in leader.get("/notifications/").text
    opened = f"/notifications/{result.id}"
    assert leader.get(opened, status=302).location == f"/batches/{batch_id}"
    drafter = Visitor(desk.app, "st.chuyenvien", PASSWORD)
    assert "3 văn bản của bạn đã được ký, 1 lỗi" in drafter.get("/").text
    listed = drafter.get(f"/notifications/{yours.id}", status=302).location
    page = drafter.get(listed).text
    assert all(doc.subject in page for doc in documents)
    clerk = Visitor(desk.app, "st.vanthu", PASSWORD)
    assert "3 văn bản đã ký, đến lượt bạn" in clerk.get("/notifications/").text


def test_the_list_of_a_batch_shows_nothing_that_was_hidden_before(desk):
    desk.sign_all(desk.waiting(2))
    finish(desk)
    (note,) = told(desk, "st.chuyenvien")
    stranger = Visitor(desk.app, "st.th.vanthu", PASSWORD)
    page = stranger.get(f"/outgoing/?batch={note.subject_id}").text
    assert "Về việc kiểm tra lần" not in page
    stranger.get(f"/notifications/{note.id}", status=404)


def test_whom_one_document_concerns_is_told_of_that_one(desk):
    (document,) = desk.waiting(1)
    desk.sign_all([document])
    finish(desk)
    (note,) = told(desk, "st.vanthu")
    assert (note.kind, note.subject_id) == ("outgoing:leader_signed", document.id)
    assert note.details["by"] == desk.leader.name


def test_nobody_is_told_before_the_last_signature(desk):
    documents = desk.waiting(3)
    desk.sign_all(documents)
    desk.work(kinds=["batch"])
    assert told(desk, "st.chutich") == told(desk, "st.vanthu") == []
    finish(desk)
    finish(desk)
    assert len(told(desk, "st.chutich")) == len(told(desk, "st.vanthu")) == 1


def test_issuing_and_sending_many_tells_the_drafter_once_each(desk):
    documents = desk.waiting(3)
    desk.sign_all(documents)
    finish(desk)
    signed = [desk.now(doc.id) for doc in documents]
    desk.issue_all(signed)
    finish(desk)
    issued = [desk.now(doc.id) for doc in documents]
    docs = [f"{doc.id}:{doc.issued_sha256}" for doc in issued]
    batches.start(desk.office, desk.clerk, "dispatch", {"docs": docs})
    finish(desk)
    assert [(n.kind, n.details["action"]) for n in told(desk, "st.chuyenvien")] == [
        (YOURS, "approve"),
        (YOURS, "issue"),
        (YOURS, "dispatch"),
    ]
    assert [(n.kind, n.details["action"]) for n in told(desk, "st.vanthu")] == [
        (NEXT, "approve"),
        (RESULT, "issue"),
        (RESULT, "dispatch"),
    ]


def test_what_was_stopped_is_told_to_who_stopped_it(desk):
    documents = desk.waiting(3)
    batch_id = desk.sign_all(documents)
    batches.stop(desk.office, desk.leader, batch_id)
    finish(desk)
    (note,) = told(desk, "st.chutich")
    assert note.details["counts"] == {"given_back": 3}
    assert told(desk, "st.vanthu") == []
