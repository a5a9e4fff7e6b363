"""Many documents decided at once by somebody whose key is on a token of their own: each waits for
the token, has its own result, and what is signed stays signed."""

import pytest

from domain.errors import Forbidden, NotFound
from domain.outgoing_flow import OutgoingState as S
from models.signing import SigningRequest
from services import batches, outgoing
from services.tokens import troubles
from tests.conftest import drain
from tests.signing_token.test_agent_calls import last_request


def sign_all(journey, documents) -> int:
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in documents]
    form = {"docs": docs, "unopened": "1"}
    batch_id = batches.start(journey.office, journey.leader, "approve", form)
    work(journey)
    return batch_id


def work(journey) -> None:
    drain(journey.app, rounds=30, kinds={"sign", "batch"})
    journey.look_anew()


def outcomes(journey, batch_id: int, actor=None) -> list[str]:
    journey.look_anew()
    found = batches.progress(journey.office, actor or journey.leader, batch_id)
    return [line.outcome for line in found.lines]


def sign(journey, machine, task: dict, holding) -> None:
    prepared = machine.prepare(task["id"])
    for file in prepared["files"]:
        machine.answer(task["id"], prepared, holding, part=file["part"])


@pytest.fixture
def three(journey):
    return [journey.submitted() for _ in range(3)]


def test_each_document_of_a_batch_waits_for_the_token_and_has_its_own_result(journey, three):
    batch_id = sign_all(journey, three)
    assert outcomes(journey, batch_id) == ["on_token"] * 3
    machine = journey.paired(journey.leader)
    tasks = machine.tasks()
    assert [task["batch"] for task in tasks] == [batch_id] * 3
    sign(journey, machine, tasks[0], journey.token)
    wrong = machine.prepare(tasks[1]["id"])
    machine.answer(tasks[1]["id"], wrong, journey.stranger, 422)
    sign(journey, machine, tasks[2], journey.token)
    work(journey)
    assert outcomes(journey, batch_id) == ["done", "on_token", "done"]
    found = batches.progress(journey.office, journey.leader, batch_id)
    assert [line.refusal.code if line.refusal else "" for line in found.lines] == [
        "", "token-signature-wrong", "",
    ]  # fmt: skip
    (left,) = machine.tasks()
    sign(journey, machine, left, journey.token)
    work(journey)
    assert outcomes(journey, batch_id) == ["done"] * 3
    assert {journey.now(doc.id).state for doc in three} == {S.SIGNED}


def test_a_document_that_cannot_be_taken_does_not_keep_the_others(journey, three):
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in three]
    form = {"docs": docs, "unopened": "1"}
    batch_id = batches.start(journey.office, journey.leader, "approve", form)
    outgoing.perform(journey.office, journey.leader, three[1].id, "return", {"reason": "Sai"})
    work(journey)
    assert outcomes(journey, batch_id) == ["on_token", "failed", "on_token"]


def test_stopping_gives_back_what_the_token_has_not_signed_and_keeps_the_rest(journey, three):
    batch_id = sign_all(journey, three)
    machine = journey.paired(journey.leader)
    first, second, _third = machine.tasks()
    prepared = machine.prepare(second["id"])
    sign(journey, machine, first, journey.token)
    with pytest.raises(NotFound):
        batches.stop(journey.office, journey.clerk, batch_id)
    assert batches.stop(journey.office, journey.leader, batch_id) == 2
    work(journey)
    assert outcomes(journey, batch_id) == ["done", "given_back", "given_back"]
    assert [journey.now(doc.id).state for doc in three] == [
        S.SIGNED, S.AWAITING_LEADER, S.AWAITING_LEADER,
    ]  # fmt: skip
    # What was prepared before is worth nothing now.
    late = machine.answer(second["id"], prepared, journey.token, 409)
    assert late.json["code"] == "token-not-awaited"
    assert machine.tasks() == []


def test_a_decision_that_is_too_old_asks_no_token_for_anything(journey, three):
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in three]
    form = {"docs": docs, "unopened": "1"}
    batch_id = batches.start(journey.office, journey.leader, "approve", form)
    journey.later(minutes=11)
    work(journey)
    assert outcomes(journey, batch_id) == ["failed"] * 3
    assert journey.paired(journey.leader).tasks() == []


def test_a_clerk_issues_many_with_the_agencys_token_and_numbers_run_on(journey, three):
    sign_all(journey, three)
    machine = journey.paired(journey.leader)
    for task in machine.tasks():
        sign(journey, machine, task, journey.token)
    work(journey)
    journey.bind_seal()
    docs = [f"{doc.id}:{journey.now(doc.id).signed_sha256}" for doc in three]
    form = {"docs": docs, "issued_date": journey.office.today().isoformat()}
    batch_id = batches.start(journey.office, journey.clerk, "issue", form)
    work(journey)
    assert outcomes(journey, batch_id, journey.clerk) == ["on_token"] * 3
    assert [journey.now(doc.id).number_entry.number for doc in three] == [1, 2, 3]
    clerk = journey.paired(journey.clerk)
    for task in clerk.tasks():
        assert task["role"] == "seal"
        sign(journey, clerk, task, journey.seal_token)
    work(journey)
    assert outcomes(journey, batch_id, journey.clerk) == ["done"] * 3
    assert {journey.now(doc.id).state for doc in three} == {S.ISSUED}


def test_the_pages_ask_for_no_pin_and_show_the_way_and_the_trouble(journey, three):
    leader = journey.page("st.chutich")
    page = leader.get("/batches/approve?tick=all").text
    assert "không nhập PIN ở đây" in page
    assert 'name="pin"' not in page
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in three]
    sent = leader.submit("/batches/approve", {"docs": docs, "unopened": "1"}, page="/signing/")
    work(journey)
    page = leader.get(sent.location).text
    assert "Còn 3 trên 3 văn bản chờ token của bạn" in page
    assert f"signing_agent sign --batch {sent.location.rpartition('/')[2]}" in page
    assert page.count("Ký riêng văn bản này") == 3
    polled = leader.get(f"{sent.location}?turn=1&told=", **{"HX-Request": "true"})
    assert "HX-Refresh" not in polled.headers
    machine = journey.paired(journey.leader)
    task = machine.tasks()[1]
    said = {"code": "own-token-removed", "tasks": [{"kind": "document", "id": task["id"]}]}
    assert machine.call("POST", "/trouble", json=said).json["noted"] == 1
    polled = leader.get(f"{sent.location}?turn=1&told=", **{"HX-Request": "true"})
    assert polled.headers["HX-Refresh"] == "true"
    page = leader.get(sent.location).text
    assert page.count("Rút thẻ giữa chừng") == 2  # of the batch, and at the document
    assert "Hãy cắm lại token rồi chạy lại chương trình ký" in page
    assert leader.submit(f"{sent.location}/stop", page=sent.location).status_code == 303
    assert leader.get(sent.location).text.count("Đã dừng, chưa làm") == 3


def test_a_computer_tells_only_known_troubles_and_only_of_its_owners_requests(journey, three):
    sign_all(journey, three)
    request_id = last_request(journey).id
    stranger = journey.paired(journey.actor("st.phochutich"))
    named = [{"kind": "document", "id": request_id}]
    said = {"code": "own-token-removed", "tasks": named}
    assert stranger.call("POST", "/trouble", json=said).json["noted"] == 0
    machine = journey.paired(journey.leader)
    for wrong in (
        said | {"code": "<script>"}, said | {"code": "certificate-revoked"}, said | {"tasks": [1]},
        said | {"tasks": named * (troubles.MOST + 1)},
        said | {"tasks": [{"kind": "person", "id": 1}]}, {"tasks": named},
    ):  # fmt: skip
        machine.call("POST", "/trouble", 422, json=wrong)
    journey.app.test_client().post("/signing-token/trouble", json=said)
    journey.look_anew()
    leader = journey.page("st.chutich")
    assert "Rút thẻ" not in leader.get(f"/signing/{request_id}/token").text
    assert journey.office.session().get(SigningRequest, request_id).state == "awaiting_token"


def test_a_batch_is_its_kind_of_works_own(journey, three):
    """A leader's token opens no batch of the clerk's."""
    docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in three]
    with pytest.raises(Forbidden):
        batches.start(journey.office, journey.leader, "issue", {"docs": docs})
