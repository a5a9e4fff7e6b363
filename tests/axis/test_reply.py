"""Every answer in the shape the SDK can read, every refusal in words a machine can show."""

import json

import pytest

from adapters.axis import reply
from adapters.axis.body import InMemory
from adapters.axis.errors import ANSWERS, AxisRefusal, answer_for, ascii_text, http_status
from adapters.axis.operations import OPERATIONS
from adapters.axis.records import AgencyRecord, SentItem
from domain.errors import Invalid, Unavailable

COMMON = {"status", "ErrorCode", "ErrorDesc"}


@pytest.mark.parametrize("code", ANSWERS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_refusal_always_has_what_the_operation_is_read_for(code, operation):
    answer = reply.refused(AxisRefusal(code), operation)
    assert answer["status"] == "FAIL"
    assert answer["ErrorCode"] != "0"
    assert answer["ErrorDesc"].isascii()
    assert "{" not in answer["ErrorDesc"]
    needed = {"sendEdoc": {"DocId"}, "getEdoc": {"data"}}.get(operation, set())
    assert set(answer) == COMMON | needed
    assert None not in answer.values()


def test_the_fields_of_a_refusal_stand_in_its_words_without_accents_or_line_ends():
    refusal = AxisRefusal("axis-wrong-from", sender="Xã Đông\r\nHải 漢", system_id="H99")
    expected = "Don vi gui Xa Dong??Hai ? khong dung voi ma da dang ky: H99"
    assert answer_for(refusal).desc == expected


def test_a_field_cannot_smuggle_a_place_into_the_sentence():
    refusal = AxisRefusal("axis-unknown-document", doc_id="{secret} {0.__class__}")
    assert answer_for(refusal).desc == "Khong tim thay van ban: {secret} {0.__class__}"


def test_refusals_of_other_parts_have_an_answer_too():
    assert answer_for(Invalid("edxml-malformed")).code == "22"
    assert answer_for(Invalid("pdf-encrypted")).desc == "Bi tu choi: pdf-encrypted"
    away = Unavailable("database-busy")
    assert (answer_for(away).code, http_status(away)) == ("20", 503)
    assert http_status(AxisRefusal("axis-bad-edxml")) == 200


def test_success_has_the_members_of_its_operation_and_no_null():
    assert reply.accepted("7") == reply.done() | {"DocId": "7"}
    assert reply.count(0)["count"] == 0
    length, pieces = reply.document(InMemory(b"<a/>"))
    said = b"".join(pieces)
    assert said == reply.encode(reply.done() | {"data": "PGEvPg=="})
    assert length == len(said)
    assert reply.listing([])["data"] == []
    assert reply.listing([AgencyRecord(code="H99"), SentItem(title="x")])["data"] == [
        {"code": "H99"},
        {"title": "x"},
    ]


def test_answers_are_ascii_on_the_wire_and_accented_once_read():
    sent = reply.encode(reply.listing([AgencyRecord(name="Đắk Lắk")]))
    assert sent.isascii()
    assert json.loads(sent)["data"][0]["name"] == "Đắk Lắk"


def test_folding_leaves_plain_text_alone():
    assert ascii_text("Thanh cong") == "Thanh cong"
    assert ascii_text("Tiếng Việt: đủ Ầ Ữ ỵ") == "Tieng Viet: du A U y"
