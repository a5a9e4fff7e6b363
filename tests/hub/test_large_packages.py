"""Packages on their way into the hub and out of it, behind gunicorn as it is deployed: broken off,
standing still, too large, twice at once; and that none of them stands in memory."""

import hashlib
import random
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from adapters.axis.body import hash_forms
from adapters.axis.wire import sign_headers
from adapters.edxml.kept import Kept
from adapters.edxml.package import Attachment, Organ, Package
from adapters.edxml.write import package_pieces
from adapters.files import FileStore
from config import NodeRole
from demo import province, seed
from extensions import db
from models.hub import HubMessage
from services.office import utc_now
from tests.conftest import make_node
from tests.hub.packages import BINH_SON, SECRETS, SON_TINH, client, edoc
from tests.hub.serving import served

MIB = 1024 * 1024
LARGE = edoc(attachments=(Attachment("a.pdf", data=random.Random(1).randbytes(500_000)),))


@pytest.fixture
def hub(tmp_path):
    app = make_node(tmp_path / "hub", province.HUB, role=NodeRole.HUB)
    with app.app_context():
        seed.seed_hub_accounts(app.extensions["office"], SECRETS)
        db.session.remove()
        db.engine.dispose()
        yield app


@pytest.fixture
def office(hub):
    return hub.extensions["office"]


def kept(office) -> list[Path]:
    """Whatever lies in the file store, finished or not."""
    return [path for path in office.files.root.rglob("*") if path.is_file()]


def messages(office) -> list[HubMessage]:
    office.session().rollback()
    return list(office.session().scalars(select(HubMessage)))


def headers_for(data: bytes, **changes) -> list[tuple[str, str]]:
    hash_file = hash_forms(hashlib.sha256(data).digest())[1]
    arguments = {"from": SON_TINH, "messagetype": "edoc", "hash-file": hash_file} | changes
    at = utc_now()
    return sign_headers(arguments, SON_TINH, SECRETS[SON_TINH], "application/octet-stream", at)


def begin(address: str, data: bytes, said: int) -> socket.socket:
    """A sendEdoc that announces `said` bytes and sends only `data`."""
    url = urlsplit(address)
    line = socket.create_connection((url.hostname, url.port))
    head = [f"POST {url.path}/sendEdoc HTTP/1.1", "Host: x", f"Content-Length: {said}"]
    head += [f"{name}: {value}" for name, value in headers_for(LARGE)]
    line.sendall("\r\n".join([*head, "", ""]).encode() + data)
    return line


def until(true, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def test_what_breaks_off_or_stands_still_leaves_nothing_and_is_welcome_again(office, monkeypatch):
    monkeypatch.setenv("VANTHU_STALLED_SECONDS", "1")
    chance = random.Random(7)
    with served(office.settings) as address:
        for cut in (1, len(LARGE) - 1, *(chance.randrange(len(LARGE)) for _ in range(6))):
            begin(address, LARGE[:cut], len(LARGE)).close()
        assert until(lambda: not kept(office))
        with begin(address, LARGE[:400_000], len(LARGE)) as stands_still:
            assert until(lambda: len(kept(office)) == 1)
            stands_still.settimeout(10)
            said = stands_still.recv(65536)
        assert said == b"" or b"HTTP/1.1 503" in said
        assert until(lambda: not kept(office))
        assert messages(office) == []
        with client(address, SON_TINH) as axis:
            axis.send_edoc(LARGE)
        assert [path.read_bytes() for path in kept(office)] == [LARGE]
        assert [message.size for message in messages(office)] == [len(LARGE)]


def test_too_large_is_told_whether_its_length_is_said_or_not_and_leaves_nothing(office):
    settings = replace(office.settings, max_package=MIB)
    data = LARGE + b" " * MIB
    by_pieces = (data[at : at + 10_000] for at in range(0, len(data), 10_000))
    with served(settings) as address:
        for content in (data, by_pieces):
            answer = httpx.post(f"{address}/sendEdoc", headers=headers_for(data), content=content)
            said = answer.json()
            assert (answer.status_code, said["ErrorCode"], said["DocId"]) == (200, "21", "")
            assert said["ErrorDesc"] == "Khong xu ly duoc tep: lon hon 1 MB"
        assert kept(office) == messages(office) == []
        small = (LARGE[at : at + 10_000] for at in range(0, len(LARGE), 10_000))
        headers = headers_for(LARGE)
        answer = httpx.post(f"{address}/sendEdoc", headers=headers, content=small)
        assert answer.json()["ErrorDesc"] == "Thanh cong", "by pieces is no reason to refuse"
        wrong = headers_for(LARGE, **{"hash-file": "0" * 64})
        again = httpx.post(f"{address}/sendEdoc", headers=wrong, content=LARGE)
        assert again.json()["ErrorCode"] == "10"
    assert len(kept(office)) == 1


def test_the_same_package_many_times_at_once_is_one(office):
    said, failures = [], []

    def send(address: str) -> None:
        try:
            with client(address, SON_TINH) as axis:
                said.append(axis.send_edoc(LARGE))
        except Exception as error:
            failures.append(error)

    with served(office.settings) as address:
        threads = [threading.Thread(target=send, args=(address,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len(set(said)) == len(messages(office)) == len(kept(office)) == 1


def workers(address: str) -> list[str]:
    """The processes that serve there; other tests keep a gunicorn of their own as our child."""
    bound = f"VANTHU_BIND={urlsplit(address).netloc}"
    served_by = (c for c in children("self") if bound in environment_of(c))
    return [grand for child in served_by for grand in children(child)]


def environment_of(pid: str) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")


def children(pid: str) -> list[str]:
    found = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [child for each in found for child in each]


def memory(pid: str, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def large_package(folder: Path, megabytes: int) -> Kept:
    """A package with a file of random bytes, in a store of its own."""
    chance, files = random.Random(3), FileStore(folder)
    source = files.put(chance.randbytes(MIB) for _ in range(megabytes))
    pdf = Kept(files.path(source), megabytes * MIB, source)
    sha256 = files.put(packaged(pdf))
    return Kept(files.path(sha256), files.path(sha256).stat().st_size, sha256)


def packaged(file: Kept):
    return package_pieces(
        Package(
            sender=Organ(SON_TINH),
            recipients=(Organ(BINH_SON),),
            document_id=file.sha256,
            number="46",
            notation="UBND-NV",
            issued_date=utc_now().date(),
            subject="Gói lớn",
            attachments=(Attachment("phim.pdf", data=file),),
        )
    )


def test_a_large_package_goes_through_the_hub_and_its_clients_without_standing_in_memory(
    office, tmp_path
):
    small, large = (large_package(tmp_path / f"{size}", size) for size in (1, 60))
    fetched = FileStore(tmp_path / "fetched")
    with served(office.settings) as address:

        def travel(package: Kept) -> None:
            with client(address, SON_TINH) as sender, client(address, BINH_SON) as receiver:
                sender.send_edoc(package)
                item = receiver.received_list()[0]
                assert receiver.get_edoc(item.doc_id, fetched.put) == package.sha256
                assert receiver.download_edoc(item.doc_id, fetched.put) == package.sha256
                receiver.update_status(item.doc_id, "done")

        travel(small)
        watched = ["self", *workers(address)]
        assert len(watched) > 1
        for pid in watched:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here
        idle = {pid: memory(pid, "VmRSS") for pid in watched}
        travel(large)
        above = [memory(pid, "VmHWM") - idle[pid] for pid in watched]
    assert large.size > 75 * MIB
    assert max(above) < 40, above
