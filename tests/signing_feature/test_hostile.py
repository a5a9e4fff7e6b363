"""Files made to exhaust their reader: judged within the bounds, and nothing concluded of them."""

import time
import zlib

import pytest

from domain.verdicts import Verdict
from services.signing.judging import SECONDS, judge_bytes

HEAD = b"%PDF-1.7\n"


def classic(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A file of these objects with a plain cross-reference table."""
    parts, places, start = [HEAD], [], len(HEAD)
    for number, body in enumerate(objects, 1):
        places.append(start)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        start += len(parts[-1])
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return b"".join(parts) + table + end


def bomb() -> bytes:
    """A cross-reference stream of a few kilobytes that unpacks to 100 MB."""
    packed = zlib.compress(zlib.compress(bytes(100_000_000), 1), 9)
    return HEAD + (
        b"1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 1 0 R"
        b"/Filter[/FlateDecode/FlateDecode]/Length %d>>"
        b"stream\n%s\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n" % (len(packed), packed)
    )


def endless_tables() -> bytes:
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R/Prev 9>>\n"
    return HEAD + table + b"startxref\n9\n%%EOF\n"


def deep() -> bytes:
    nested = b"<</A " * 40_000 + b"1" + b">>" * 40_000
    return classic(b"<</Type/Catalog/Pages 2 0 R>>", nested)


def deep_fields() -> bytes:
    """A field whose child is itself."""
    field = b"<</FT/Sig/T(a)/Kids[3 0 R 3 0 R 3 0 R]>>"
    form = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>"
    return classic(form, b"<</Type/Pages/Count 1/Kids[]>>", field)


def many_signatures() -> bytes:
    fields = b" ".join(b"%d 0 R" % number for number in range(4, 50_004))
    form = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % fields
    value = b"<</Type/Sig/Filter/X/ByteRange[0 1 2 3]/Contents<00>>>"
    each = (b"<</FT/Sig/T(f%d)/V 3 0 R>>" % number for number in range(50_000))
    return classic(form, b"<</Type/Pages/Count 1/Kids[]>>", value, *each)


def countless_pages() -> bytes:
    """A tree of pages that branches without end, counted as thousands of millions."""
    form = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[3 0 R]>>>>"
    tree = b"<</Type/Pages/Count 4000000000/Kids[2 0 R 2 0 R 2 0 R]>>"
    field = b"<</FT/Sig/T(a)/P 2 0 R/V<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>>>"
    return classic(form, tree, field)


HOSTILE = (
    bomb, endless_tables, deep, deep_fields, many_signatures, countless_pages,
)  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no database has a part in this
@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_file_made_to_exhaust_its_reader_ends_in_time(office, make):
    data, begun = make(), time.monotonic()
    found = judge_bytes(office, data)
    assert time.monotonic() - begun < 2 * SECONDS + 5
    assert found.verdict in (Verdict.INCONCLUSIVE, Verdict.BROKEN)
    assert found.problem or found.verdict is Verdict.BROKEN
