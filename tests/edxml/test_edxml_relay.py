"""A hub's hop goes into the trace and nothing else changes, whatever the package looks like."""

import dataclasses
from datetime import datetime
from io import BytesIO

import pytest
from lxml import etree

from adapters.edxml import relay
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.package import Hop, Package
from adapters.edxml.read import read_message
from adapters.edxml.relay import read_head, with_hop_streamed
from adapters.edxml.times import VIETNAM
from tests.conftest import SHARED
from tests.hub.packages import SON_TINH, edoc, status, update

AT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=VIETNAM)
HUB = "000.00.00.H48"
HOP = Hop(HUB, AT)
TEXT = edoc().decode()
LIST = TEXT[TEXT.index("<edXML:TraceHeaderList") : TEXT.index("</edXML:TraceHeaderList>") + 24]


def hops(data: bytes) -> tuple[str, ...]:
    return relay.hops(BytesIO(data))


def with_hop(data: bytes, code: str, at: datetime) -> bytes:
    return b"".join(relay.with_hop(BytesIO(data), code, at))


def same_but_for_the_trace(before: bytes, after: bytes) -> bool:
    one, two = read_message(before), read_message(after)
    fields = {"repairs": ()} | ({"trace": ()} if isinstance(one, Package) else {})
    return dataclasses.replace(one, **fields) == dataclasses.replace(two, **fields)


SHAPES = {
    "ours": edoc(),
    "update": update("hai"),
    "status": status(),
    "no list": TEXT.replace(LIST, "").encode(),
    "empty list": TEXT.replace(LIST, '<edXML:TraceHeaderList id="1" />').encode(),
    "no prefix": TEXT.replace("edXML:", "").encode(),
    "another prefix": TEXT.replace("edXML:", "x:").replace("xmlns:edXML=", "xmlns:x=").encode(),
    "byte order mark": b"\xef\xbb\xbf" + edoc(),
    "utf-16": TEXT.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
    "leading junk": b"1212\r\n" + edoc(),
    "utf-16 behind junk": ("12\n" + TEXT.replace('"UTF-8"', '"UTF-16"')).encode("utf-16-le"),
    "undeclared prefix": TEXT.replace("<edXML:Subject>", '<edXML:Subject xlink:href="a">').encode(),
    "a comment that looks like the list": TEXT.replace(
        LIST, f"<!-- </edXML:TraceHeaderList> -->{LIST}"
    ).encode(),
    "a subject that speaks of the list": TEXT.replace(
        "bản một", "bản <![CDATA[</edXML:TraceHeaderList>]]>"
    ).encode(),
}


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES.keys())
def test_the_hop_is_added_and_the_rest_stays(data):
    after = with_hop(data, HUB, AT)
    assert hops(after) == (*hops(data), HUB)
    assert same_but_for_the_trace(data, after)
    message = read_message(after)
    if isinstance(message, Package):
        assert message.trace[-1] == HOP
    assert hops(with_hop(after, "000.00.00.G22", AT))[-2:] == (HUB, "000.00.00.G22")


@pytest.mark.parametrize("shape", ["leading junk", "utf-16 behind junk"])
def test_what_had_to_be_cleaned_is_what_it_says_it_is(shape):
    after = with_hop(SHAPES[shape], HUB, AT)
    assert after.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert "báo cáo" in "".join(etree.fromstring(after).itertext())


def test_all_bytes_around_the_hop_are_the_old_ones():
    before = edoc()
    after = with_hop(before, HUB, AT)
    place = read_head([before]).place
    assert after.startswith(before[:place])
    assert after.endswith(before[place:])
    assert with_hop(before, HUB, AT) == after, "the same again"


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_in_pieces_of_any_size_it_is_the_same(size):
    data = edoc()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(with_hop_streamed(pieces, read_head([data]), HUB, AT)) == with_hop(
        data, HUB, AT
    )


def test_junk_hops_are_shown_as_they_are():
    junk = LIST.replace(SON_TINH, "null")
    assert hops(TEXT.replace(LIST, junk).encode()) == ("null",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"khong phai xml",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a/>',
        TEXT[:200].encode(),
        b"<edXML><edXMLEnvelope></edXMLEnvelope></edXML>",
    ],
)
def test_what_is_no_package_is_refused(data):
    with pytest.raises(MalformedPackage):
        with_hop(data, HUB, AT)


def test_a_code_is_written_as_text():
    assert hops(with_hop(edoc(), "a&<b", AT))[-1] == "a&<b"


@pytest.mark.parametrize("path", sorted((SHARED / "edxml").glob("*.edxml")), ids=lambda p: p.stem)
def test_samples_from_outside_take_a_hop(path):
    data = path.read_bytes()
    after = with_hop(data, HUB, AT)
    assert hops(after)[-1] == HUB
    assert same_but_for_the_trace(data, after)
