"""sendMany, fetchMany and updateMany at the hub, as a system may call them."""

import hashlib
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from adapters.axis.body import InMemory
from adapters.axis.bundle import Bundle
from adapters.axis.errors import NotOffered, PermanentAxisError, TemporaryAxisError
from adapters.axis.operations import OPERATIONS
from adapters.axis.records import Accepted
from adapters.axis.together import Sending, Word
from adapters.axis.wire import sign_headers
from models.audit import AuditEntry
from models.hub import Delivery, DeliveryState, HubMessage
from services.hub import acceptance, pace
from tests.hub.packages import BINH_MINH, BINH_SON, SECRETS, SON_TINH, accept, client, edoc, status

URL = "http://hub.example/axis"
NOBODY = "000.99.99.H48"


@pytest.fixture
def transport(hub_app):
    return httpx.WSGITransport(hub_app)


@pytest.fixture
def sender(transport):
    return client(URL, SON_TINH, transport=transport)


@pytest.fixture
def recipient(transport):
    return client(URL, BINH_SON, transport=transport)


def edocs(*texts: str, **fields) -> list[Sending]:
    return [
        Sending(InMemory(edoc(text=text, document_id=f"ma-{text}", **fields)), "edoc")
        for text in texts
    ]


def rows(office, model) -> list:
    return list(office.session().scalars(select(model).order_by(*model.__table__.primary_key)))


def test_each_part_is_a_message_of_its_own_with_its_receipt_and_entry(office, sender):
    told = sender.submit_many(edocs("một", "hai"))
    messages = rows(office, HubMessage)
    assert [each.doc_id for each in told] == [message.doc_id for message in messages]
    assert all(each.receipt for each in told)
    accepted = [e for e in rows(office, AuditEntry) if e.tag == "hub:accept"]
    assert [e.details["document_uid"] for e in accepted] == ["ma-một", "ma-hai"]
    assert {e.person_name for e in accepted} == {SON_TINH}


def test_what_is_wrong_with_one_is_its_own_answer_and_stands_in_the_chain(office, sender):
    sendings = [
        *edocs("một"),
        *edocs("hai", to=(NOBODY,)),
        Sending(InMemory(b"<no/>"), "edoc"),
        Sending(InMemory(b""), "edoc"),
        Sending(InMemory(edoc(text="ba", document_id="ma-ba")), "status"),
        *edocs("bốn", sender=BINH_SON),
        *edocs("năm"),
    ]
    told = sender.submit_many(sendings)
    codes = [each.code if isinstance(each, PermanentAxisError) else "" for each in told]
    assert codes == ["", "18", "22", "10", "22", "19", ""]
    assert [m.document_uid for m in rows(office, HubMessage)] == ["ma-một", "ma-năm"]
    assert len([e for e in rows(office, AuditEntry) if e.tag == "hub:refuse"]) == 5


def test_the_same_parts_again_are_the_same_messages(office, sender):
    first = sender.submit_many(edocs("một", "hai"))
    again = sender.submit_many(edocs("một", "hai", "ba"))
    assert again[:2] == first
    assert len(rows(office, HubMessage)) == 3


def test_the_same_bytes_twice_in_one_call_are_one_message(office, sender):
    one, other = sender.submit_many(edocs("một", "một"))
    assert one.doc_id == other.doc_id
    assert len(rows(office, HubMessage)) == len(rows(office, Delivery)) == 1


def test_of_two_documents_under_one_id_in_one_call_the_second_is_refused(office, sender):
    first, second = (edoc(text=text) for text in ("một", "hai"))
    told = sender.submit_many([Sending(InMemory(data), "edoc") for data in (first, second)])
    assert isinstance(told[0], Accepted)
    assert told[1].code == "27"
    assert len(rows(office, HubMessage)) == 1


def test_a_fault_of_ours_with_one_keeps_no_other_out(office, sender, monkeypatch):
    real = acceptance._new_message

    def failing(work, came, envelope, *rest):
        if envelope.document_uid == "ma-hai":
            raise RuntimeError("a fault")
        return real(work, came, envelope, *rest)

    monkeypatch.setattr(acceptance, "_new_message", failing)
    told = sender.submit_many(edocs("một", "hai", "ba"))
    assert [isinstance(each, Accepted) for each in told] == [True, False, True]
    assert isinstance(told[1], TemporaryAxisError), "it is sent again later"
    assert [m.document_uid for m in rows(office, HubMessage)] == ["ma-một", "ma-ba"]


def test_recipients_named_beside_a_part_are_the_ones(office, sender):
    answer = status(sender=SON_TINH, answered=BINH_MINH)
    (told,) = sender.submit_many([Sending(InMemory(answer), "status", (BINH_SON,))])
    assert isinstance(told, Accepted)
    assert [d.recipient_code for d in rows(office, Delivery)] == [BINH_SON]


def test_packages_come_as_they_are_and_each_is_marked(office, recipient):
    packages = [edoc(text=text, document_id=text) for text in ("a", "b")]
    for package in packages:
        accept(office, SON_TINH, package)
    ids = [delivery.doc_id for delivery in rows(office, Delivery)]
    came = recipient.fetch_many([*ids, "khong-co"], b"".join)
    assert [came[doc_id] for doc_id in ids] == packages
    assert came["khong-co"].code == "26"
    office.session().expire_all()
    assert {d.state for d in rows(office, Delivery)} == {DeliveryState.PROCESSING}
    assert len([e for e in rows(office, AuditEntry) if e.tag == "hub:fetch"]) == 2


def test_nobody_fetches_or_acknowledges_what_is_anothers(office, transport):
    accept(office, SON_TINH, edoc())
    (delivery,) = rows(office, Delivery)
    stranger = client(URL, BINH_MINH, transport=transport)
    assert stranger.fetch_many([delivery.doc_id], b"".join)[delivery.doc_id].code == "26"
    assert stranger.update_many([Word(delivery.doc_id, "done")])[0].code == "26"
    office.session().expire_all()
    assert rows(office, Delivery)[0].state == DeliveryState.INITIAL


def test_acknowledgements_each_with_its_own_answer(office, recipient):
    for text in ("a", "b", "c"):
        accept(office, SON_TINH, edoc(text=text, document_id=text))
    ids = [delivery.doc_id for delivery in rows(office, Delivery)]
    words = [Word(ids[0], "done"), Word(ids[1], "fail"), Word(ids[2], "xong"), Word("?", "done")]
    told = recipient.update_many(words)
    assert [each and each.code for each in told] == [None, None, "24", "26"]
    office.session().expire_all()
    states = [d.state for d in rows(office, Delivery)]
    assert states == [DeliveryState.DONE, DeliveryState.FAIL, DeliveryState.INITIAL]


def post(transport, name: str, arguments: dict, body: bytes) -> dict:
    kind = OPERATIONS[name].content_type
    headers = sign_headers(arguments, SON_TINH, SECRETS[SON_TINH], kind, datetime.now(UTC))
    with httpx.Client(transport=transport) as http:
        response = http.post(f"{URL}/{name}", headers=headers, content=body)
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def bundle(*parts: dict, contents: tuple[bytes, ...] = ()) -> tuple[str, bytes]:
    lying = [InMemory(each) for each in contents] or [None] * len(parts)
    made = Bundle(parts, lying)
    return made.digest.hex(), b"".join(made.pieces())


def test_a_list_that_was_not_signed_is_refused(office, transport):
    data = edoc()
    part = {"messagetype": "edoc", "sha256": hashlib.sha256(data).hexdigest()}
    digest, body = bundle(part, contents=(data,))
    other, _ = bundle(part | {"to": [BINH_MINH]}, contents=(data,))
    for claimed in (other, "", "0" * 64):
        said = post(transport, "sendMany", {"from": SON_TINH, "hash-file": claimed}, body)
        assert said["ErrorCode"] == "10"
    assert rows(office, HubMessage) == []
    said = post(transport, "sendMany", {"from": SON_TINH, "hash-file": digest}, body)
    assert said["data"][0]["ErrorCode"] == "0"


def test_bytes_that_are_not_those_of_the_list_are_refused(office, transport):
    part = {"messagetype": "edoc", "sha256": hashlib.sha256(edoc()).hexdigest()}
    digest, body = bundle(part, contents=(edoc(text="khác"),))
    said = post(transport, "sendMany", {"from": SON_TINH, "hash-file": digest}, body)
    assert said["data"][0]["ErrorCode"] == "10"
    assert rows(office, HubMessage) == []


@pytest.mark.parametrize("name", ["sendMany", "updateMany"])
@pytest.mark.parametrize("body", [b"", b"{}\n", b"[]\n", b"\xff\xfe\n", b'[{"size":5}]\nabc'])
def test_what_is_no_bundle_is_refused_in_words(transport, name, body):
    digest = hashlib.sha256(body.partition(b"\n")[0] + b"\n").hexdigest()
    said = post(transport, name, {"from": SON_TINH, "hash-file": digest}, body)
    # Of an acknowledgement no bytes are read; this one names no status.
    wanted = {"24"} if name == "updateMany" and b"size" in body else {"21"}
    assert {said["ErrorCode"], *(each["ErrorCode"] for each in said.get("data", ()))} - {
        "0"
    } == wanted


@pytest.mark.parametrize("odd", [5, None, ["a"], {"a": 1}])
def test_members_that_are_no_texts_are_refused(transport, odd):
    digest, body = bundle({"docId": odd, "status": "done"})
    said = post(transport, "updateMany", {"hash-file": digest}, body)
    assert said["ErrorCode"] == "24"


@pytest.mark.parametrize("ids", ["[]", "{}", "[1]", "a", '["' + '","'.join("a" * 65) + '"]'])
def test_ids_that_are_none_are_refused(transport, ids):
    assert post(transport, "fetchMany", {"docIds": ids}, b"{}")["ErrorCode"] == "24"


def test_a_call_counts_as_many_as_it_stands_for(office, sender, monkeypatch):
    spent = []
    monkeypatch.setattr(pace, "check", lambda _office, _id, calls=1: spent.append(calls))
    sender.submit_many(edocs("một", "hai", "ba"))
    assert sum(spent) == 3


def test_an_older_hub_says_so_in_its_own_way(hub_app):
    for answer in (
        httpx.Response(404, text="<html>Not found</html>"),
        httpx.Response(200, json={"status": "FAIL", "ErrorCode": "28", "ErrorDesc": "?"}),
    ):
        transport = httpx.MockTransport(lambda _request, answer=answer: answer)
        old = client(URL, SON_TINH, transport=transport)
        for ask in (
            lambda old=old: old.submit_many(edocs("một")),
            lambda old=old: old.fetch_many(["a"], b"".join),
            lambda old=old: old.update_many([Word("a", "done")]),
        ):
            with pytest.raises(NotOffered):
                ask()


def test_an_answer_that_breaks_off_is_temporary():
    body = b"".join(Bundle([{"docId": "a"}], [InMemory(b"<a/>")]).pieces())[:-1]
    headers = {"Content-Type": "application/octet-stream"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=body))
    with pytest.raises(TemporaryAxisError):
        client(URL, SON_TINH, transport=transport).fetch_many(["a"], b"".join)
