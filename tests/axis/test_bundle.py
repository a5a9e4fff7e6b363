"""Several packages in one body: what goes in comes out, and what is no bundle is refused."""

import json

import pytest

from adapters.axis.body import InMemory
from adapters.axis.bundle import MOST_BYTES, MOST_PARTS, BadBundle, Bundle, Opened

PARTS = [{"docId": "a"}, {"docId": "b", "ErrorCode": "26"}, {"docId": "c"}]
CONTENTS = [InMemory(b"<a/>\n\n"), None, InMemory(b"x" * 100_000)]


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 4096, 10**6])
def test_what_goes_in_comes_out_however_it_is_cut(size):
    bundle = Bundle(PARTS, CONTENTS)
    body = b"".join(bundle.pieces())
    assert len(body) == bundle.size
    opened = Opened(cut(body, size))
    assert opened.digest == bundle.digest
    came = [(part["docId"], b"".join(content)) for part, content in opened.contents()]
    assert came == [("a", b"<a/>\n\n"), ("b", b""), ("c", b"x" * 100_000)]


def test_what_is_not_read_of_a_part_is_skipped():
    body = b"".join(Bundle(PARTS, CONTENTS).pieces())
    ends = [next(content, b"") for _part, content in Opened([body]).contents()]
    assert len(ends) == 3


def read(each: tuple) -> bytes:
    _part, content = each
    return b"".join(content)


def head(*parts: object) -> bytes:
    return json.dumps(list(parts)).encode() + b"\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no line at all",
        b"<html></html>\n",
        b"[" * 100_000 + b"\n",
        b"{}\n",
        b"[]\n",
        head("a"),
        head({"docId": "a"}),
        head({"size": -1}),
        head({"size": True}),
        head({"size": "4"}),
        head({"size": 1.5}),
        head({"size": MOST_BYTES + 1}),
        head({"size": MOST_BYTES}, {"size": 1}),
        head(*[{"size": 0}] * (MOST_PARTS + 1)),
        b"x" * (1024 * 1024),
    ],
)
def test_what_is_no_bundle_is_refused_before_anything_is_read_of_it(body):
    with pytest.raises(BadBundle):
        Opened(cut(body, 1000))


def test_bytes_that_end_early_are_refused():
    body = b"".join(Bundle(PARTS, CONTENTS).pieces())[:-1]
    with pytest.raises(BadBundle, match="cut off"):
        list(map(read, Opened([body]).contents()))
