"""Messages read and written by pieces: the same whatever the pieces are, and bounded in memory."""

import io
import random
import subprocess
import sys
import tracemalloc

import pytest

from adapters.edxml import kept, source
from adapters.edxml.errors import MalformedPackage
from adapters.edxml.kept import Kept
from adapters.edxml.limits import MIB, STREAMED, Limits
from adapters.edxml.package import Attachment
from adapters.edxml.read import read_envelope, read_message
from adapters.edxml.repairs import MOST
from adapters.edxml.write import package_pieces, write_package, write_status
from adapters.files import media_type
from tests.edxml.edxml_messages import (
    PDF,
    attachment_xml,
    full_package,
    message_xml,
    plain_package,
    plain_status,
    zip_of,
)

WRAPPED = "\n".join(["QUJDREVG" * 8] * 40)


class Drops(io.RawIOBase):
    """A source that gives little at once, as a line does."""

    def __init__(self, data: bytes, size: int) -> None:
        self._inner, self._size = io.BytesIO(data), size

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(min(size, self._size))


def variants() -> list[bytes]:
    plain = write_package(full_package())
    wrapped = attachment_xml("a.txt", "text/plain", WRAPPED)
    return [
        plain,
        b"1212\r\n" + plain,
        b"\xef\xbb\xbf" + plain + b"\x00 0",
        plain.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16"),
        plain.replace(b"TM.", b"TM.\x01"),
        plain.replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="cid:1">'),
        message_xml(attachments=wrapped),
        message_xml(attachments=attachment_xml("a.txt", "text/plain", WRAPPED.replace("B", "_"))),
    ]


@pytest.mark.parametrize("size", [257, 1021])
def test_the_pieces_make_no_difference(monkeypatch, size):
    expected = [read_message(data) for data in variants()]
    monkeypatch.setattr(source, "PIECE", size)
    assert [read_message(data) for data in variants()] == expected
    assert [read_message(Drops(data, 5)) for data in variants()] == expected


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_a_document_type_is_seen_across_pieces(monkeypatch, place):
    monkeypatch.setattr(source, "PIECE", 64)
    data = b"<?xml version='1.0'?>" + b" " * (20 + place) + b"<!DOCTYPE x><x/>"
    with pytest.raises(MalformedPackage) as refused:
        read_message(data)
    assert refused.value.fields["reason"] == "dtd"


def test_a_second_document_far_behind_the_first_is_refused():
    data = write_package(plain_package())
    assert read_message(data + b"x" * 200_000).repairs == ("trailing-junk",)
    for rest in (b"<a/>", b" " * 200_000 + b"<a/>", b"x" * 200_000 + b"<a/>", data):
        with pytest.raises(MalformedPackage):
            read_message(data + rest)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (message_xml("<Subject>" + "x" * 2 * MIB + "</Subject>"), "too-large"),
        (message_xml("<Subject>" + "<a>y</a>" * 300_000 + "</Subject>"), "too-many-elements"),
        (message_xml(f'<a b="{"x" * 3 * MIB}"/>'), "too-many-elements"),
        (message_xml(f"<!--{'x' * 3 * MIB}-->"), "too-many-elements"),
        (b"<" + b"x" * 3 * MIB, "too-many-elements"),
    ],
    ids=["text", "elements", "attribute", "comment", "tag"],
)
def test_all_but_files_is_bounded(data, reason):
    tracemalloc.start()
    try:
        with pytest.raises(MalformedPackage) as refused:
            read_message(io.BytesIO(data), Limits(text_bytes=MIB))
        assert tracemalloc.get_traced_memory()[1] < 90 * MIB
    finally:
        tracemalloc.stop()
    assert refused.value.fields["reason"] == reason


def test_thousands_of_repairs_are_told_in_bounded_length():
    hops = "".join(f"<TraceHeader><Timestamp>{i}</Timestamp></TraceHeader>" for i in range(5000))
    dates = "".join(f"<ResponseFor><PromulgationDate>{i}</PromulgationDate></ResponseFor>"
                    for i in range(5000))  # fmt: skip
    package = read_message(message_xml(dates, traces=hops))
    assert len(package.repairs) == MOST + 1
    assert package.repairs[-1].startswith("more:48")


def test_a_zip_of_countless_entries_is_not_listed_to_name_its_kind():
    entry = zip_of(("word/document.xml", b""))
    start, end = entry.index(b"PK\x01\x02"), entry.index(b"PK\x05\x06")
    directory = entry[start:end] * 100_000
    crowd = entry[:start] + directory + entry[end : end + 12]
    crowd += len(directory).to_bytes(4, "little") + entry[end + 16 :]
    assert media_type(crowd, "a.docx") == "application/octet-stream"
    assert media_type(entry, "a.docx").endswith("wordprocessingml.document")


def test_who_carries_a_message_does_not_decode_its_files():
    bomb = zip_of(("u.txt", b"\0" * 60 * MIB))
    data = message_xml(attachments=attachment_xml("a.txt", "application/zip", bomb))
    envelope = read_envelope(data)
    assert (envelope.document_id, envelope.attachments) == ("id-45", ())
    with pytest.raises(MalformedPackage):
        read_envelope(data, Limits(message_bytes=1000))
    spoilt = data.replace(b"</Attachment>", b"</Attachmen>")
    with pytest.raises(MalformedPackage):
        read_envelope(spoilt)


def test_a_status_reads_the_same_by_either_way():
    data = write_status(plain_status())
    assert read_envelope(data) == read_message(data) == plain_status()


def keep_in(folder):
    def keep(pieces):
        path = folder / f"{len(list(folder.iterdir()))}.bin"
        with path.open("wb") as file:
            file.writelines(pieces)
        return Kept(path, path.stat().st_size, kept.digest_of(path.read_bytes()))

    return keep


@pytest.mark.parametrize("name", ["a.pdf", "a.jpg", "a.zip"])
def test_a_kept_file_is_written_and_read_as_one_in_memory_is(tmp_path, name):
    data = PDF + random.Random(3).randbytes(300_000)
    plain = plain_package(attachments=(Attachment(name, data=data),))
    stored = keep_in(tmp_path)([data])
    package = plain_package(attachments=(Attachment(name, data=stored),))
    assert b"".join(package_pieces(package)) == write_package(plain)
    (file,) = read_message(write_package(plain), keep=keep_in(tmp_path)).attachments
    assert (file.data, file.size, file.sha256) == (stored, len(data), stored.sha256)
    assert file.open().read() == data
    assert Attachment("x", data=b"y").open().read() == b"y"


LARGE = 48
CHILD = f"""
import random, resource, sys
from pathlib import Path
sys.path.insert(0, {str(source.__file__).rsplit("/adapters/", 1)[0]!r})
from bench.large_package import _file, _memory, _read, _write
folder = Path(sys.argv[1])
small, large = _file(folder / "small", 1), _file(folder / "large", {LARGE})
_write(folder, small, "a.pdf"), _read(folder, small, "a.pdf")
Path("/proc/self/clear_refs").write_text("5")
idle = _memory("VmRSS")
for name in ("a.pdf", "a.mp4"):
    _write(folder, large, name), _read(folder, large, name)
print(_memory("VmHWM") - idle)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the kernel for the peak")
def test_a_large_file_takes_no_memory_of_its_size(tmp_path):
    """The same for 1 GB: `make bench-large`."""
    run = [sys.executable, "-c", CHILD, str(tmp_path)]
    said = subprocess.run(run, capture_output=True, text=True, check=True)
    assert float(said.stdout) < LARGE / 4


def test_the_limits_of_streams_admit_a_file_of_one_gigabyte():
    assert STREAMED.attachment_bytes >= 1024 * MIB
    assert STREAMED.message_bytes > STREAMED.attachment_bytes * 4 // 3
