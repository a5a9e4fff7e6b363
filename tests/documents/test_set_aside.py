"""Files that are put out of the way: never one that somebody stores in the same moment."""

import fcntl
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.files import FileStore

LONG_AGO = 1_000_000_000.0
TURNS = 60


@pytest.fixture
def store(tmp_path) -> FileStore:
    return FileStore(tmp_path / "files")


def aged(store: FileStore, data: bytes) -> str:
    sha = store.put(data)
    os.utime(store.path(sha), (LONG_AGO,) * 2)
    return sha


def before() -> float:
    return time.time() - 60


def test_an_old_file_is_set_aside_brought_back_and_removed(store):
    sha = aged(store, b"old")
    assert store.set_aside(sha, before())
    assert not store.exists(sha)
    ((name, since),) = store.aside()
    assert name == sha
    assert since > before()
    store.bring_back(sha)
    assert (store.read(sha), list(store.aside())) == (b"old", [])
    os.utime(store.path(sha), (LONG_AGO,) * 2)
    assert store.set_aside(sha, before())
    store.remove_aside(sha)
    store.bring_back(sha)  # what is gone stays so
    assert (store.exists(sha), list(store.aside())) == (False, [])


def test_storing_the_same_bytes_again_makes_a_file_as_new(store):
    sha = aged(store, b"wanted")
    store.put(b"wanted")
    assert not store.set_aside(sha, before())
    assert store.read(sha) == b"wanted"


def test_while_somebody_names_a_file_nothing_is_set_aside(store):
    sha = aged(store, b"old")
    with store._locked(fcntl.LOCK_SH):
        assert not store.set_aside(sha, before())
    assert store.set_aside(sha, before())


def test_bytes_stored_while_they_are_set_aside_are_there_afterwards(store):
    with ThreadPoolExecutor(4) as pool:
        for turn in range(TURNS):
            data = b"%d" % turn
            sha = aged(store, data)
            setting = [pool.submit(store.set_aside, sha, before()) for _ in range(3)]
            storing = pool.submit(store.put, data)
            assert sum(each.result() for each in setting) <= 1
            assert storing.result() == sha
            assert store.read(sha) == data


def test_a_file_of_somebody_else_is_replaced_by_ones_own(store, monkeypatch):
    """As after a restoring by the administrator: its time cannot be changed by the service."""
    sha = aged(store, b"restored")
    utime = os.utime

    def forbidden(path, *given):
        if not given:
            raise PermissionError(path)
        utime(path, *given)

    monkeypatch.setattr(os, "utime", forbidden)
    store.put(b"restored")
    assert store.path(sha).stat().st_mtime > before()
    assert store.read(sha) == b"restored"


def test_only_stored_files_have_names_to_look_at(store):
    sha = store.put(b"x")
    (store.path(sha).parent / "notes.txt").write_text("no file of the store")
    with store.incoming() as coming:
        coming.write([b"y"])
        assert [name for name, _at in store.names(sha[:2])] == [sha]
    other = f"{(int(sha[:2], 16) + 1) % 256:02x}"
    assert list(store.names(other)) == []
