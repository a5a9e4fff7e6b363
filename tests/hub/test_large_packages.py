"""Packages on their way into the hub and out of it, behind gunicorn as it is deployed: broken off,
standing still, too large, twice at once; and that none of them stands in memory."""

import hashlib
import random
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
ATTACHED = Attachment("a.pdf", data=random.Random(1).randbytes(500_000))


@dataclass
class Hub:
    """A hub and the address it is served at; what earlier tests left there does not count."""

    office: object
    address: str

    def __post_init__(self) -> None:
        self._files, self._messages = set(self._all_files()), {each.id for each in self._all()}

    def kept(self) -> list[Path]:
        """Whatever lies in the file store, finished or not."""
        return [path for path in self._all_files() if path not in self._files]

    def messages(self) -> list[HubMessage]:
        return [message for message in self._all() if message.id not in self._messages]

    def _all_files(self) -> list[Path]:
        return [path for path in self.office.files.root.rglob("*") if path.is_file()]

    def _all(self) -> list[HubMessage]:
        self.office.session().rollback()
        return list(self.office.session().scalars(select(HubMessage)))


@contextmanager
def serving(folder: Path, **changes):
    """The office of a new hub and the address where it is served with these settings."""
    app = make_node(folder, province.HUB, role=NodeRole.HUB)
    office = app.extensions["office"]
    with app.app_context():
        seed.seed_hub_accounts(office, SECRETS)
        db.session.remove()
        db.engine.dispose()
        with served(replace(office.settings, **changes)) as address:
            yield office, address


@pytest.fixture(scope="module")
def narrow_hub(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VANTHU_STALLED_SECONDS", "2")
        with serving(tmp_path_factory.mktemp("narrow") / "hub", max_package=MIB) as hub:
            yield hub


@pytest.fixture
def narrow(narrow_hub) -> Hub:
    """Takes no more than 1 MB, and waits no longer than two seconds for more of it."""
    return Hub(*narrow_hub)


@pytest.fixture(scope="module")
def usual_hub(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("usual") / "hub") as hub:
        yield hub


@pytest.fixture
def usual(usual_hub) -> Hub:
    return Hub(*usual_hub)


@pytest.fixture
def large(request) -> bytes:
    """A package of 700 kB that no other test sends."""
    return edoc(document_id=f"{SON_TINH},{request.node.name}"[:100], attachments=(ATTACHED,))


def headers_for(data: bytes, **changes) -> list[tuple[str, str]]:
    hash_file = hash_forms(hashlib.sha256(data).digest())[1]
    arguments = {"from": SON_TINH, "messagetype": "edoc", "hash-file": hash_file} | changes
    at = utc_now()
    return sign_headers(arguments, SON_TINH, SECRETS[SON_TINH], "application/octet-stream", at)


def begin(address: str, whole: bytes, sent: int) -> socket.socket:
    """A sendEdoc of which only the first bytes are `sent`."""
    url = urlsplit(address)
    line = socket.create_connection((url.hostname, url.port))
    head = [f"POST {url.path}/sendEdoc HTTP/1.1", "Host: x", f"Content-Length: {len(whole)}"]
    head += [f"{name}: {value}" for name, value in headers_for(whole)]
    line.sendall("\r\n".join([*head, "", ""]).encode() + whole[:sent])
    return line


def until(true, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


def test_what_breaks_off_or_stands_still_leaves_nothing_and_is_welcome_again(narrow, large):
    chance = random.Random(7)
    for cut in (1, len(large) - 1, *(chance.randrange(len(large)) for _ in range(6))):
        begin(narrow.address, large, cut).close()
    assert until(lambda: not narrow.kept())
    with begin(narrow.address, large, 400_000) as stands_still:
        assert until(lambda: len(narrow.kept()) == 1)
        stands_still.settimeout(10)
        said = stands_still.recv(65536)
    assert said == b"" or b"HTTP/1.1 503" in said
    assert until(lambda: not narrow.kept())
    assert narrow.messages() == []
    with client(narrow.address, SON_TINH) as axis:
        axis.send_edoc(large)
    assert [path.read_bytes() for path in narrow.kept()] == [large]
    assert [message.size for message in narrow.messages()] == [len(large)]


def test_too_large_is_told_whether_its_length_is_said_or_not_and_leaves_nothing(narrow, large):
    url = f"{narrow.address}/sendEdoc"
    data = large + b" " * MIB
    by_pieces = (data[at : at + 10_000] for at in range(0, len(data), 10_000))
    for content in (data, by_pieces):
        answer = httpx.post(url, headers=headers_for(data), content=content)
        said = answer.json()
        assert (answer.status_code, said["ErrorCode"], said["DocId"]) == (200, "21", "")
        assert said["ErrorDesc"] == "Khong xu ly duoc tep: lon hon 1 MB"
    assert narrow.kept() == narrow.messages() == []
    small = (large[at : at + 10_000] for at in range(0, len(large), 10_000))
    answer = httpx.post(url, headers=headers_for(large), content=small)
    assert answer.json()["ErrorDesc"] == "Thanh cong", "by pieces is no reason to refuse"
    wrong = headers_for(large, **{"hash-file": "0" * 64})
    again = httpx.post(url, headers=wrong, content=large)
    assert again.json()["ErrorCode"] == "10"
    assert len(narrow.kept()) == 1


def test_the_same_package_many_times_at_once_is_one(usual, large):
    said, failures = [], []

    def send() -> None:
        try:
            with client(usual.address, SON_TINH) as axis:
                said.append(axis.send_edoc(large))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(set(said)) == len(usual.messages()) == len(usual.kept()) == 1


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
    usual, tmp_path
):
    small, large = (large_package(tmp_path / f"{size}", size) for size in (1, 60))
    fetched = FileStore(tmp_path / "fetched")

    def travel(package: Kept) -> None:
        with client(usual.address, SON_TINH) as sender, client(usual.address, BINH_SON) as receiver:
            sender.send_edoc(package)
            item = receiver.received_list()[-1]
            assert receiver.get_edoc(item.doc_id, fetched.put) == package.sha256
            assert receiver.download_edoc(item.doc_id, fetched.put) == package.sha256
            receiver.update_status(item.doc_id, "done")

    travel(small)
    watched = ["self", *workers(usual.address)]
    assert len(watched) > 1
    for pid in watched:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak is counted from here
    idle = {pid: memory(pid, "VmRSS") for pid in watched}
    travel(large)
    above = [memory(pid, "VmHWM") - idle[pid] for pid in watched]
    assert large.size > 75 * MIB
    assert max(above) < 40, above
