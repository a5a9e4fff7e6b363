"""PDF objects as bytes: the same that pyHanko writes."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic

from adapters.signing.baked import bake, written


def pyhankos(thing: generic.PdfObject) -> bytes:
    out = BytesIO()
    thing.write_to_stream(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    ["".join(map(chr, range(128))), "Leader", "D:20261105", "", "Số: 12/UBND", "caf\xe9", "•"],
)
def test_a_text_is_written_as_pyhanko_writes_it(text):
    thing = generic.pdf_string(text)
    assert written(thing) == pyhankos(thing)


def test_a_text_of_a_coding_of_its_own_keeps_it():
    thing = generic.pdf_string("Leader")
    thing.force_output_encoding = generic.TextStringEncoding.UTF16BE
    assert written(thing) == pyhankos(thing)


@pytest.mark.parametrize("number", [0, -7, 1234567])
def test_a_number_is_written_as_pyhanko_writes_it(number):
    for kind in (generic.NumberObject, generic.FloatObject):
        assert written(kind(number)) == pyhankos(kind(number))
    assert written(generic.FloatObject(number / 8)) == pyhankos(generic.FloatObject(number / 8))


def test_a_graph_is_named_by_what_it_is():
    def graph(text: str, after: str):
        def build(writer):
            inner = writer.add_object(generic.pdf_string(after))
            return writer.add_object(generic.ArrayObject([generic.pdf_string(text), inner]))

        return bake(build).digest

    assert graph("a", "b") == graph("a", "b")
    assert len({graph("a", "b"), graph("b", "a"), graph("ab", ""), graph("", "ab")}) == 4
