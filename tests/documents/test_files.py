"""The content-addressed store and the sniffing of media types."""

import hashlib
import io
import os
import stat
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.files import DamagedFile, FileStore, media_type


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "files")


def test_bytes_come_back_under_their_sha_256(store):
    sha = store.put(b"van ban")
    assert sha == hashlib.sha256(b"van ban").hexdigest()
    assert store.read(sha) == b"van ban"
    assert store.exists(sha)
    with store.open(sha) as stream:
        assert stream.read() == b"van ban"
    assert store.path(sha).relative_to(store.root).parts == (sha[:2], sha[2:4], sha)


def test_chunks_and_bytes_give_the_same_file(store):
    assert store.put(iter([b"mot", b"", b" hai"])) == store.put(b"mot hai")


def test_a_stored_file_is_kept_as_it_is_and_cannot_be_written(store):
    sha = store.put(b"x")
    first = store.path(sha).stat()
    store.put(b"x")
    again = store.path(sha).stat()
    assert first.st_ino == again.st_ino
    assert not again.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_concurrent_puts_of_the_same_bytes_leave_one_whole_file_and_nothing_else(store):
    data = b"0123456789" * 50_000
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(store.put, [data] * 24))
    assert len(names) == 1
    assert store.read(names.pop()) == data
    assert len([path for path in store.root.rglob("*") if path.is_file()]) == 1


def test_a_source_that_fails_half_way_leaves_nothing(store):
    def failing():
        yield b"first"
        raise OSError("line cut")

    with pytest.raises(OSError, match="line cut"):
        store.put(failing())
    assert not [path for path in store.root.rglob("*") if path.is_file()]


def test_what_comes_in_can_be_looked_at_before_it_is_kept_or_not(store):
    with store.incoming() as coming:
        coming.write([b"one ", b"two"])
        with coming.open() as file:
            assert file.read() == b"one two"
        assert (coming.size, store.exists(coming.sha256)) == (7, False)
        name = coming.keep()
        store.remove(name)
        assert coming.keep() == name, "brought back"
    assert store.read(name) == b"one two"
    with store.incoming() as coming:
        coming.write([b"unwanted"])
    assert [path.name for path in store.root.rglob("*") if path.is_file()] == [name]


def test_what_a_killed_process_left_goes_after_a_while_and_nothing_else(store):
    name = store.put(b"kept")
    left, fresh = store.root / ".incoming-left", store.root / ".incoming-fresh"
    for path, age in ((left, 100), (fresh, 0), (store.path(name), 100)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    store.forget_abandoned(time.time() - 50)
    assert (left.exists(), fresh.exists(), store.read(name)) == (False, True, b"kept")


def test_damage_is_noticed_on_reading_and_healed_by_the_same_bytes(store):
    sha = store.put(b"dung")
    path = store.path(sha)
    path.chmod(0o640)
    path.write_bytes(b"sai!")
    with pytest.raises(DamagedFile):
        store.read(sha)
    with pytest.raises(DamagedFile):
        store.open(sha)
    assert store.put(b"dung") == sha
    assert store.read(sha) == b"dung"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "g" * 64, "a" * 63])
def test_only_a_digest_is_a_name(store, name):
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_a_file_never_stored_is_missing(store):
    assert not store.exists("0" * 64)
    with pytest.raises(FileNotFoundError):
        store.read("0" * 64)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "wanted"),
    [
        (b"%PDF-1.7 ...", "a.exe", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "a.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"PK\x03\x04broken", "a.docx", "application/octet-stream"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cu.DOC", "application/msword"),
        (b"<script>alert(1)</script>", "a.html", "application/octet-stream"),
        (b"<svg/>", "a.svg", "application/octet-stream"),
        ("văn bản".encode(), "a.txt", "text/plain"),
        (b"MZ\x00\x01", "a.txt", "application/octet-stream"),
        (zipped("a.txt"), "a.docx", "application/zip"),
    ],
)
def test_the_media_type_is_that_of_the_content(data, name, wanted):
    assert media_type(data, name) == wanted


def test_office_files_are_told_apart_inside_their_zip():
    assert media_type(zipped("word/document.xml"), "x").endswith("wordprocessingml.document")
    assert media_type(zipped("xl/workbook.xml"), "x").endswith("spreadsheetml.sheet")
