"""`make bench-exchange`: packages of 370 KB on one machine with hub, two nodes and their callers:
how many a second the hub accepts durably; how many a second get from a node's outbox to another
node's list; and how long one takes while ten a second leave."""

import os
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import redis
from rq import Worker
from sqlalchemy import func, select

from adapters.axis.client import AxisClient
from adapters.edxml.package import Attachment, Organ, Package
from adapters.edxml.write import write_package
from bench import cpu, issued
from bench.fanout import number, opened
from demo.nodes import RunningNode
from demo.running import Province
from demo.story import BINH_SON, SON_TINH
from demo.waiting import until
from domain.roles import SYSTEM
from models.agencies import Agency
from models.exchange import Dispatch, OutboxItem, OutboxState
from models.hub import DirectoryEntry, HubMessage
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services.hub import accounts
from services.unit_of_work import transaction

FIRST_PORT = 18900
ENCLOSED = 276_000  # bytes; in base64 and with its header a package of 370 KB
ACCEPTED = int(os.environ.get("ACCEPTED", "1500"))
CALLERS = 4
CARRIED = int(os.environ.get("CARRIED", "600"))
PACED = int(os.environ.get("PACED", "300"))
A_SECOND = 10
PATIENCE = 300.0
SYSTEM_ID, SECRET = "000.78.0001.H48", "bi-mat-cua-he-thong-do"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="vanthu-exchange-"))
    province = Province(folder, FIRST_PORT, stamps=False)
    try:
        province.prepare()
        hub, receiver, sender = (opened(node) for node in province.nodes)
        enter(hub)
        province.start()
        print(f"\nSố đo liên thông, gói 370 KB, ngày {date.today():%d/%m/%Y}")  # noqa: DTZ011
        accepting(province, hub)
        carrying(province, sender, receiver)
        with answers_held(receiver):
            carrying(province, sender, receiver, "  chưa kể trả lời: ")
        pacing(sender, receiver)
    finally:
        province.stop()
        shutil.rmtree(folder, ignore_errors=True)


def enter(hub) -> None:
    """A system of its own at the hub, which sends to a district."""
    office = hub.extensions["office"]
    with hub.app_context(), transaction(office, SYSTEM) as work:
        name = "Hệ thống đo"
        work.session.add(DirectoryEntry(code=SYSTEM_ID, name=name, search_text="he thong do"))
        work.session.flush()
        accounts.add(work, SYSTEM_ID, name, SECRET)


def accepting(province: Province, hub) -> None:
    """Packages of a system, from its first call to the hub's last answer; the recipient is one
    that nobody serves here, so that nothing else happens."""
    packages = [package(turn) for turn in range(ACCEPTED)]
    size = statistics.mean(map(len, packages)) / 1000
    with cores(province.hub) as spent, ThreadPoolExecutor(CALLERS) as callers:
        started = time.monotonic()
        list(callers.map(lambda each: sent(province, each), split(packages, CALLERS)))
        seconds = time.monotonic() - started
    kept = number(hub, select(func.count(HubMessage.id)).where(HubMessage.sender_code == SYSTEM_ID))
    print(
        f"  trục nhận bền vững: {kept} gói {size:.0f} KB trong {seconds:.1f} s, "
        f"{kept / seconds:.0f} gói/s (trục dùng {spent[0] / kept * 1000:.1f} ms CPU một gói)"
    )


def package(turn: int) -> bytes:
    today = date.today()  # noqa: DTZ011
    return write_package(
        Package(
            sender=Organ(SYSTEM_ID, "Hệ thống đo"),
            recipients=(Organ(SYSTEM_ID, "Hệ thống đo"),),
            document_id=f"{SYSTEM_ID},{today:%Y/%m/%d},{turn + 1}/CV-HT",
            number=str(turn + 1),
            notation="CV-HT",
            issued_date=today,
            subject=f"Văn bản đo số {turn + 1}",
            attachments=(Attachment("van-ban.bin", issued.MEDIA_TYPE, os.urandom(ENCLOSED)),),
        )
    )


def split(items: list[bytes], parts: int) -> list[list[bytes]]:
    return [items[part::parts] for part in range(parts)]


def sent(province: Province, packages: list[bytes]) -> None:
    with AxisClient(f"{province.hub.url}/axis", SYSTEM_ID, SECRET) as axis:
        for data in packages:
            axis.send_edoc(data)


@contextmanager
def cores(node: RunningNode) -> Iterator[list[float]]:
    """CPU seconds of a node's processes between begin and end."""
    spent, before = [0.0], cpu.seconds(node.pids())
    yield spent
    spent[0] = cpu.seconds(node.pids()) - before


@contextmanager
def answers_held(app) -> Iterator[None]:
    """The node's worker that sends stands still: what it takes it does not answer meanwhile. Not
    before it has sent all it has to, so that it stops in no transaction."""
    due = select(func.count(OutboxItem.id)).where(
        OutboxItem.kind == "send", OutboxItem.state == OutboxState.DUE
    )
    until("trả lời", lambda: number(app, due) == 0, PATIENCE)
    time.sleep(1)
    connection = redis.Redis.from_url(app.extensions["office"].settings.redis_url)
    (sending,) = (w for w in Worker.all(connection=connection) if w.queue_names() == ["exchange"])
    os.kill(sending.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(sending.pid, signal.SIGCONT)


def carrying(province: Province, sender, receiver, title: str = "  ") -> None:
    """A backlog of issued documents that are dispatched at once: from the first one's dispatch
    until the last is in the other node's list."""
    before = number(receiver, select(func.count(IncomingDocument.id)))
    waiting = [issue(sender, os.urandom(ENCLOSED)) for _ in range(CARRIED)]
    with cores(province.hub) as at_hub, cores(province.districts[1]) as at_sender:
        started = time.monotonic()
        leave(sender, waiting)
        written = time.monotonic() - started
        there = select(func.count(IncomingDocument.id))
        until("nơi nhận", lambda: number(receiver, there) >= before + CARRIED, PATIENCE)
        seconds = time.monotonic() - started
    print(
        f"{title}nút → trục → nút: {CARRIED} văn bản trong {seconds:.1f} s, "
        f"{CARRIED / seconds:.0f}/s (chuyển đi xong sau {written:.1f} s; CPU một gói: nơi gửi "
        f"{at_sender[0] / CARRIED * 1000:.0f} ms, trục {at_hub[0] / CARRIED * 1000:.0f} ms)"
    )


def issue(app, body: bytes) -> int:
    office = app.extensions["office"]
    with app.app_context(), transaction(office, SYSTEM) as work:
        agency = work.session.scalars(select(Agency).where(Agency.code == SON_TINH)).one()
        return issued.issue(work, agency, [BINH_SON], body).id


def leave(app, document_ids: list[int]) -> None:
    """Each in a transaction of its own, as when a clerk presses."""
    office = app.extensions["office"]
    for document_id in document_ids:
        with app.app_context(), transaction(office, SYSTEM) as work:
            issued.leave(work, work.session.get(OutgoingDocument, document_id))


def pacing(sender, receiver) -> None:
    """Ten leave every second. Each takes from its clerk's step until the other node has it."""
    waiting = [issue(sender, os.urandom(ENCLOSED)) for _ in range(PACED)]
    threads = []
    started = time.monotonic()
    before = number(receiver, select(func.count(IncomingDocument.id)))
    for turn, document_id in enumerate(waiting):
        time.sleep(max(0.0, started + turn / A_SECOND - time.monotonic()))
        threads.append(threading.Thread(target=leave, args=(sender, [document_id])))
        threads[-1].start()
    for thread in threads:
        thread.join()
    there = select(func.count(IncomingDocument.id))
    until("nơi nhận", lambda: number(receiver, there) >= before + PACED, PATIENCE)
    seconds = sorted(took(sender, receiver)[-PACED:])
    print(
        f"  {A_SECOND} văn bản mỗi giây, {PACED} văn bản: p50 {statistics.median(seconds):.2f} s, "
        f"p99 {seconds[int(len(seconds) * 0.99) - 1]:.2f} s, lâu nhất {seconds[-1]:.2f} s"
    )


def took(sender, receiver) -> list[float]:
    """Seconds from dispatch to arrival, in the order in which they left."""
    of_document = select(OutgoingDocument.document_uid, Dispatch.queued_at).join(Dispatch)
    left = dict(rows(sender, of_document))
    came = dict(rows(receiver, select(IncomingDocument.document_uid, IncomingDocument.arrived_at)))
    both = sorted((left[uid], came[uid]) for uid in left.keys() & came.keys())
    return [(arrived - departed).total_seconds() for departed, arrived in both]


def rows(app, query) -> list:
    with app.app_context():
        session = app.extensions["office"].session()
        session.rollback()
        return [tuple(row) for row in session.execute(query)]


if __name__ == "__main__":
    main()
