"""Verifying what arrives: verdicts of files and of arrivals; hostile files hurt nobody."""

import ctypes
import errno
import os
import signal
import socket
import struct
import time

import pytest
from sqlalchemy import delete, select

from adapters import confinement
from adapters.confinement import Died, confined, kernel_bars_network
from domain.roles import SYSTEM
from models.agencies import Agency
from models.audit import AuditEntry
from models.incoming import IncomingDocument, IncomingSource
from models.signing import Signature, TrustRoot
from services import incoming, signing
from services.incoming.arrival import Arrival, ArrivalFile
from services.signing import judging
from services.unit_of_work import transaction
from tests.signing.altering import draw_over, encrypted


def arrive(journey, *files: tuple[str, bytes]) -> int:
    with transaction(journey.office, SYSTEM) as work:
        agency = work.session.scalars(select(Agency).where(Agency.code == "000.21.32.H48")).one()
        arrival = Arrival(
            source=IncomingSource.EXCHANGE,
            sender_code="000.00.31.H48",
            sender_name="Ủy ban nhân dân huyện Bình Sơn",
            document_uid=f"tai-lieu-{files[0][0]}",
            subject="V/v báo cáo",
            files=[ArrivalFile(name=name, data=data) for name, data in files],
        )
        return incoming.arrive(work, agency, arrival).id


def inspected(journey, *files: tuple[str, bytes]) -> IncomingDocument:
    document_id = arrive(journey, *files)
    journey.work()
    journey.look_anew()
    return journey.office.session().get(IncomingDocument, document_id)


def test_an_arrival_has_the_verdict_of_its_worst_file(journey):
    doc = journey.issued()
    read = journey.office.files.read
    issued, plain = read(doc.issued_sha256), read(doc.prepared_sha256)
    altered = draw_over(issued)
    expected = {
        "hop-le.pdf": ([("hop-le.pdf", issued), ("phu-luc.pdf", plain)], "valid"),
        "khong-ky.pdf": ([("khong-ky.pdf", plain)], "unsigned"),
        "sua.pdf": ([("sua.pdf", issued), ("sua-sau.pdf", altered)], "modified"),
        "mat-khau.pdf": ([("mat-khau.pdf", encrypted(plain, "x"))], "inconclusive"),
        "hong.pdf": ([("hong.pdf", b"%PDF-1.7 nothing more")], "inconclusive"),
        "bang.csv": ([("bang.csv", b"a;b\n")], "unsigned"),
    }
    found = {name: inspected(journey, *files).verdict for name, (files, _) in expected.items()}
    assert found == {name: verdict for name, (_, verdict) in expected.items()}
    tags = journey.office.session().scalars(select(AuditEntry.tag)).all()
    # A file that cannot carry a signature is not even inspected.
    assert tags.count("incoming:inspected") == len(expected) - 1


def test_a_signature_whose_root_is_not_trusted_is_whole_but_not_trusted(journey):
    doc = journey.signed()
    with transaction(journey.office, SYSTEM) as work:
        work.session.execute(delete(TrustRoot))
    (leader,) = signing.verify_file(journey.office, doc.signed_sha256)
    assert (leader.verdict, leader.signer_name) == ("untrusted", "Trần Quang Vinh")


def test_judging_a_file_again_replaces_what_was_known(journey):
    doc = journey.signed()
    for _ in range(2):
        signing.verify_file(journey.office, doc.signed_sha256)
    rows = signing.signatures_of(journey.office, [doc.signed_sha256])
    assert [(row.field, row.verdict, row.covers_file) for row in rows] == [
        ("Leader", "valid", True)
    ]


def test_a_file_that_kills_its_inspector_is_inconclusive_and_the_worker_lives(journey, monkeypatch):
    def explode(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(judging, "validate", explode)
    assert inspected(journey, ("bom.pdf", b"%PDF-1.7 bomb")).verdict == "inconclusive"
    problem = journey.office.session().scalars(select(Signature.problem)).one()
    assert problem == "inspection-died"


MB = 1024 * 1024


def test_confined_work_answers():
    assert confined(lambda: b"answer\n with lines" * 20000, 5, 64 * MB).startswith(b"answer")


@pytest.mark.parametrize(
    "work",
    [
        lambda: bytes(512 * MB),
        lambda: (_ for _ in ()).throw(ValueError("its own error")),
        lambda: os.kill(os.getpid(), 9),
        lambda: os._exit(0),
    ],
    ids=["too much memory", "an error", "killed", "silent end"],
)
def test_confined_work_that_ends_badly_is_only_told_as_death(work):
    with pytest.raises(Died):
        confined(work, 5, 64 * MB)


def test_confined_work_is_stopped_in_time(monkeypatch):
    def spin() -> bytes:
        while True:
            pass

    monkeypatch.setattr(confinement, "PATIENCE", 600)
    with pytest.raises(Died):
        confined(spin, 1, 64 * MB)  # long before that, by its processor time

    def sleep() -> bytes:
        time.sleep(60)
        return b""

    monkeypatch.setattr(confinement, "PATIENCE", 2)
    begun = time.monotonic()
    with pytest.raises(Died):
        confined(sleep, 1, 64 * MB)
    assert time.monotonic() - begun < 30


def test_confined_work_reaches_no_network():
    def call() -> bytes:
        try:
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        except PermissionError:
            return b"kept in"
        return b"out"

    assert confined(call, 5, 64 * MB) == b"kept in"


def c_level(address: tuple[str, int]) -> bytes:
    """A connection past Python's own sockets, as a library in C would make it."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.socket(int(socket.AF_INET), int(socket.SOCK_STREAM), 0)
    packed = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(address[1]),
                         socket.inet_aton(address[0]))  # fmt: skip
    if libc.connect(number, packed, len(packed)) == 0:
        return b"connected"
    return errno.errorcode[ctypes.get_errno()].encode()


def test_confined_work_reaches_no_network_by_a_library_in_c_either():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert c_level(address) == b"connected"
        if not kernel_bars_network():
            pytest.skip("this kernel permits no network namespace: only Python is barred")
        assert confined(lambda: c_level(address), 5, 64 * MB) == b"ENETUNREACH"


def test_confined_work_has_nothing_that_was_open_before(tmp_path):
    with socket.socketpair()[0] as line, (tmp_path / "kept").open("wb") as file:
        numbers = (line.fileno(), file.fileno())

        def look() -> bytes:
            return str([os.path.exists(f"/proc/self/fd/{number}") for number in numbers]).encode()

        assert look() == b"[True, True]"
        assert confined(look, 5, 64 * MB) == b"[False, False]"


def test_confined_work_writes_no_files(tmp_path):
    def write() -> bytes:
        (tmp_path / "left behind").write_bytes(b"something")
        return b"done"

    with pytest.raises(Died):
        confined(write, 5, 64 * MB)
    left = tmp_path / "left behind"
    assert not left.exists() or left.stat().st_size == 0
