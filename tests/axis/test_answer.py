"""An answer that carries a package, read as it comes: what it means does not depend on how it is
written or cut up."""

import base64
import json
import random

import pytest

from adapters.axis.answer import LONGEST_OUTLINE, package_in, with_package
from adapters.axis.body import InMemory
from adapters.axis.errors import PermanentAxisError, TemporaryAxisError
from adapters.files import FileStore
from tests.axis.test_client import ONE, AxisClient, answering

PACKAGE = bytes(range(256)) * 41 + b"\xff\xfe?>"  # all letters of base64, and a rest
TEXT = base64.b64encode(PACKAGE).decode()
GOOD = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def read(content: bytes, size: int) -> tuple[bytes, object]:
    """The package in an answer that comes in chunks of this size, and the other members."""
    said = []
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(package_in(chunks, said.append)), said[0]


def escaped(text: str) -> str:
    return text.replace("/", "\\/").replace("+", "\\u002b").replace("=", "\\u003D")


def in_lines(text: str, end: str = "\\r\\n") -> str:
    return end.join(text[at : at + 76] for at in range(0, len(text), 76)) + end


ANSWERS = {
    "last": f'{{"status":"OK","ErrorCode":"0","data":"{TEXT}"}}',
    "first": f'{{"data":"{TEXT}","status":"OK","ErrorCode":"0"}}',
    "spaced": f' {{ "status" : "OK",\n"data"  :\t"{TEXT}" , "ErrorCode":0 }} \n',
    "escaped": f'{{"status":"OK","ErrorCode":"0","data":"{escaped(TEXT)}"}}',
    "in lines": f'{{"status":"OK","ErrorCode":"0","data":"{in_lines(TEXT)}"}}',
    "in raw lines": f'{{"status":"OK","ErrorCode":"0","data":"{in_lines(TEXT, chr(10))}"}}',
    "beside others": f'{{"a":{{"data":"x"}},"b":["data",":\\""],"c":"data","ErrorCode":"0",'
    f'"status":"OK","data":"{TEXT}","d":null}}',
    "byte order mark": f'\ufeff{{"status":"OK","ErrorCode":"0","data":"{TEXT}"}}',
}


@pytest.mark.parametrize("size", [1, 2, 7, 1000, 10**6])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_however_it_is_written_and_comes_it_is_the_same_package(answer, size):
    package, members = read(answer.encode(), size)
    assert package == PACKAGE
    assert (members["status"], str(members["ErrorCode"])) == ("OK", "0")


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 300_000, 786_433])
def test_what_is_written_by_pieces_is_the_json_of_the_whole(length):
    package = random.Random(length).randbytes(length)
    size, pieces = with_package(GOOD, InMemory(package))
    written = b"".join(pieces)
    assert len(written) == size
    whole = GOOD | {"data": base64.b64encode(package).decode()}
    assert written == json.dumps(whole, separators=(",", ":")).encode()
    assert read(written, 65536)[0] == package


@pytest.mark.parametrize(
    "data",
    [
        "null",
        '""',
        "7",
        "{}",
        '"abc"',
        '"YQ==YQ=="',
        '"YQ=="x',
        '"Y\\"Q=="',
        '"Y\\\\/Q="',
        '"ă==="',
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_is_no_package_is_temporary_however_good_the_rest(data, size):
    content = f'{{"status":"OK","ErrorCode":"0","data":{data}}}'.encode()
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    with pytest.raises(TemporaryAxisError):
        list(package_in(chunks, _good))


def _good(members) -> None:
    if members is None:
        raise TemporaryAxisError("not JSON")


@pytest.mark.parametrize("data", ["null", '""', '"khong co"', f'"{TEXT}"', "[1]"])
@pytest.mark.parametrize("order", ["{{{data},{said}}}", "{{{said},{data}}}"])
def test_a_refusal_is_a_refusal_whatever_stands_in_the_package_s_place(data, order):
    said = '"status":"FAIL","ErrorCode":"26","ErrorDesc":"Khong tim thay"'
    content = order.format(said=said, data=f'"data":{data}').encode()
    with pytest.raises(PermanentAxisError, match="26: Khong tim thay"):
        answering(content).get_edoc("1")
    with pytest.raises(PermanentAxisError, match="26"):
        answering(b'{"status":"FAIL","ErrorCode":"26","ErrorDesc":"x"}').get_edoc("1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>" + b"x" * LONGEST_OUTLINE,
        b'{"status":"OK","ErrorCode":"0","data":"' + b"?" * 2 * LONGEST_OUTLINE,
        b"[" * 100_000,
        b'{"status":"OK","ErrorCode":"0","data":"PGEvPg==","data":"PGEvPg=="}',
    ],
    ids=["empty", "a page", "no base64", "depth", "two packages"],
)
def test_hostile_answers_are_temporary(content):
    with pytest.raises(TemporaryAxisError):
        answering(content).get_edoc("1")


def test_of_a_package_that_turns_out_to_be_none_nothing_is_kept(tmp_path):
    files = FileStore(tmp_path / "files")
    late = f'{{"data":"{TEXT}","status":"FAIL","ErrorCode":"26"}}'.encode()
    with pytest.raises(PermanentAxisError):
        answering(late).get_edoc("1", files.put)
    assert list(files.root.rglob("*")) == []


@pytest.mark.parametrize("said", [True, False], ids=["length said", "until it closes"])
def test_an_answer_cut_in_the_midst_of_the_package_is_temporary_and_leaves_nothing(
    tmp_path, cut, said
):
    files = FileStore(tmp_path / "files")
    content = b"".join(with_package(GOOD, InMemory(PACKAGE * 100))[1])
    for at in (len(content) // 2, len(content) - 2, len(content) - 1):
        with (
            AxisClient(cut(content, at, said), ONE, "s") as axis,
            pytest.raises(TemporaryAxisError),
        ):
            axis.get_edoc("1", files.put)
    assert [path for path in files.root.rglob("*") if path.is_file()] == []
    with AxisClient(cut(content, len(content), said), ONE, "s") as axis:
        assert files.read(axis.get_edoc("1", files.put)) == PACKAGE * 100
