"""The quick reading of PDF objects gives what pyHanko's own gives, or leaves the object to it."""

import random
import re
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ContentOpReading

from adapters.signing import reading
from tests.signing.conftest import SHARED

OBJECT = re.compile(rb"\d+ \d+ obj\s*")
SEED = 7
ODD = (
    rb"<</A 1 /A 2>> ", rb"<</A>> ", rb"<</A 1] ", rb"[1 2>> ", rb"<</A#20B /C>> ",
    rb"<</A (x\ny)>> ", rb"(a(b)c) ", rb"(a\(b\)c\\) ", rb"(\101\7z) ", b"(a\\\r\nb) ", rb"<4> ",
    rb"<4 1> ", rb"<zz> ",
    rb"[1 0 R 2 0 R] ", rb"[0 0 R] ", rb"[1  0 R] ", rb"[1 0 Rx] ", rb"[-1 +2 -.5 1. 3.25] ",
    rb"[1-2] ", rb"[--1] ", rb"[true false null] ", rb"[truex] ", rb"[% comment" + b"\n1] ",
    rb"/ ", rb"/A/B ", rb"[/A/B(c)<64>] ", b"[" * 200 + b"]" * 200 + b" ", b"<</A<<", b"", b"7",
    b"\0[] ", b" [] ", b"(\xfe\xff\x1e\xa4) ", rb"(\376\377\036\244) ", b"(\xef\xbb\xbf\xc3\xa1) ",
    rb"{1} ", rb"1 0 obj ",
)  # fmt: skip


class Handler:
    """Whom references ask for their objects; nothing is ever there."""

    strict = True

    def get_object(self, _reference):
        return generic.NumberObject(3)


HANDLER = Handler()
CONTAINER = generic.Reference(1, 0, HANDLER)


def read(function, text: bytes):
    """What a function reads, and where it stops; or that it refuses."""
    stream = BytesIO(text)
    try:
        return told(function(stream, CONTAINER)), stream.tell()
    except RecursionError:
        return "too deep"
    except Exception as error:
        return type(error).__name__, str(error)


def told(thing) -> tuple:
    kind, container = type(thing), thing.container_ref
    if isinstance(thing, generic.DictionaryObject):
        entries = [(str(key), type(key), told(value)) for key, value in thing.items()]
        data = thing.encoded_data if isinstance(thing, generic.StreamObject) else None
        return kind, container, entries, data
    if isinstance(thing, generic.ArrayObject):
        return kind, container, [told(each) for each in thing]
    if isinstance(thing, generic.TextStringObject):
        return kind, container, str(thing), thing.autodetected_encoding, thing.original_bytes
    return kind, container, None if kind is generic.NullObject else repr(thing)


def pyhankos_own(stream, container):
    """With the quick one out of the way, also where objects lie in each other."""
    generic.read_object = reading._slow_object
    try:
        return generic.read_object(stream, container)
    finally:
        reading.quicken()


def same(text: bytes) -> None:
    assert read(generic.read_object, text) == read(pyhankos_own, text), text[:200]


def texts_of(pdf: bytes) -> list[bytes]:
    return [pdf[found.end() : found.end() + 20_000] for found in OBJECT.finditer(pdf)]


@pytest.fixture(scope="module")
def objects(issued) -> list[bytes]:
    files = [issued, *(path.read_bytes() for path in sorted(Path(SHARED).rglob("*.pdf")))]
    return [text for pdf in files for text in texts_of(pdf)[:400]]


def test_it_is_in_force():
    assert generic.read_object is reading._object


def test_every_object_is_read_the_same(objects):
    for text in objects:
        same(text)


def test_objects_that_were_mutilated_are_read_the_same_or_refused_the_same(objects):
    chance = random.Random(SEED)
    for text in chance.sample(objects, min(len(objects), 400)):
        for _ in range(8):
            damaged = bytearray(text[: chance.choice((40, 200, 1023, 1024, 1025, 3000))] or b" ")
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(damaged))
                new = chance.choice(
                    (b"", b"<", b">", b"[", b"]", b"(", b")", b"\\", b"/", b" ", b"0")
                )
                damaged[at : at + chance.randint(0, 2)] = new
            same(bytes(damaged))


@pytest.mark.parametrize("text", ODD)
def test_what_is_written_in_an_odd_way_is_left_to_pyhanko(text):
    same(text)


def test_an_object_longer_than_a_piece_is_read_whole(objects):
    same(b"[" + b"(x) " * 5000 + b"] ")
    same(b"<" + b"41" * 40_000 + b"> ")
    same(b"<" + b"4 1 " * 4_000 + b"> ")


def test_content_streams_are_pyhankos_matter():
    stream = BytesIO(b"BT ")
    read_ = generic.read_object(stream, CONTAINER, False, ContentOpReading.GRAPHIC_OPS)
    assert type(read_) is generic.OperatorLiteral
