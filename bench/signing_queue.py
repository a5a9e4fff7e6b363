"""Signing through RQ and a real Valkey: the product's worker for the queue `signing` (preloaded;
SQLite with fsync, strict judgement, commit) against a default RQ worker that runs documented
pyHanko and keeps nothing durably; and how long a document takes from queue to signed at 20 a
second."""

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import redis
from rq import Queue

from adapters import queue_server
from bench import cpu
from bench.signing_campaign.people import PIN, People, environment, prepare
from bench.signing_material import LINES, Material, one_page
from demo.nodes import ROOT
from models.outgoing import OutgoingDocument
from services import outgoing

BACKLOG, PACED, A_SECOND, PEERS = 40, 60, 20, 6
PATIENCE, LOOK = 60.0, 0.002
DONE = "SELECT id FROM signing_request WHERE lower(state) = 'done'"
Figures = tuple[float, float]  # seconds and CPU seconds of one document


def main(material: Material) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = prepare(folder)
        queue = queue_server.start(folder, die_with_parent=True)
        try:
            with app.app_context():
                office = app.extensions["office"]
                people = People(office, folder, random.Random(1), at_once=10**6, cosigned=0)  # noqa: S311
                ours, p50, p95 = own(folder, people)
            theirs = peer(folder, material)
        finally:
            queue.stop()
    told("qua RQ, văn thư", ours)
    if theirs is None:
        print("  qua RQ, pyHanko theo tài liệu: không đo được, cần gói Python uharfbuzz")
    else:
        told("qua RQ, pyHanko theo tài liệu", theirs)
        wall, used = (b / a for a, b in zip(ours, theirs, strict=True))
        print(f"  nhanh hơn {wall:.1f} lần theo giờ, {used:.1f} lần theo CPU (đích 20)")
    print(
        f"  từ hàng đợi đến khi ký xong, {A_SECOND} văn bản/s:"
        f" p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms (đích 100)"
    )


def told(what: str, figures: Figures) -> None:
    seconds, used = figures
    print(f"  {what}: {1 / seconds:.1f} văn bản/s, {1000 * used:.1f} ms CPU một văn bản")


def own(folder: Path, people: People) -> tuple[Figures, float, float]:
    waiting = drafted(people, 1 + BACKLOG + PACED)
    with worker(folder, [sys.executable, "worker.py", "signing"]) as pid:
        approve(people, waiting.pop())
        until_done(folder, 1)
        os.kill(pid, signal.SIGSTOP)
        for _ in range(BACKLOG):
            approve(people, waiting.pop())
        before, began = cpu.seconds([pid]), time.monotonic()
        os.kill(pid, signal.SIGCONT)
        until_done(folder, 1 + BACKLOG)
        seconds, used = time.monotonic() - began, cpu.seconds([pid]) - before
        took = paced(folder, people, waiting)
    ordered = statistics.quantiles(took, n=20)
    return (seconds / BACKLOG, used / BACKLOG), statistics.median(took), ordered[-1]


def drafted(people: People, count: int) -> list[int]:
    """Documents that wait for their leader."""
    while people.made < count:
        people.draft()
    return people.documents


def approve(people: People, document_id: int) -> float:
    """When the request is committed and the worker woken."""
    office = people.office
    doc = office.session().get_one(OutgoingDocument, document_id, populate_existing=True)
    form = {"pin": PIN, "digest": doc.prepared_sha256}
    outgoing.perform(office, people.actor("st.chutich"), document_id, "approve", form)
    return time.monotonic()


def paced(folder: Path, people: People, documents: list[int]) -> list[float]:
    """Seconds from queue to signed of each; one request after the other leaves at its time."""
    seen: dict[int, float] = {}
    known, total = done(folder), len(done(folder)) + len(documents)
    looking = Thread(target=watch, args=(folder, seen, total))
    looking.start()
    asked, due = [], time.monotonic()
    for document_id in documents:
        time.sleep(max(0.0, due - time.monotonic()))
        asked.append(approve(people, document_id))
        due += 1 / A_SECOND
    looking.join()
    # requests are numbered in the order in which they were made
    new = sorted(set(seen) - known)
    return [max(0.0, seen[request] - at) for request, at in zip(new, asked, strict=True)]


def watch(folder: Path, seen: dict[int, float], total: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(seen) < total and time.monotonic() < end:
        now = time.monotonic()
        for request in done(folder):
            seen.setdefault(request, now)
        time.sleep(LOOK)


def done(folder: Path) -> set[int]:
    base = sqlite3.connect(f"file:{folder}/vanthu.db?mode=ro", uri=True)
    try:
        return {row[0] for row in base.execute(DONE)}
    finally:
        base.close()


def until_done(folder: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(done(folder)) < count:
        if time.monotonic() > end:
            raise RuntimeError((folder / "worker.log").read_text()[-3000:])
        time.sleep(LOOK)


def peer(folder: Path, material: Material) -> Figures | None:
    """The default worker, which forks for each job; None where pyHanko lacks what draws text."""
    try:
        import uharfbuzz  # noqa: F401, PLC0415 asked for only
    except ImportError:
        return None
    source, url = folder / "one.pdf", f"unix://{folder}/queue.sock"
    source.write_bytes(one_page())
    given = (str(source), str(folder / "peer.pdf"), list(material.files), list(LINES))
    queue = Queue("peer", connection=redis.Redis.from_url(url))
    command = [sys.executable, "-m", "rq.cli", "worker", "peer", "--url", url]
    with worker(folder, command) as pid:
        finished([queue.enqueue("bench.pyhanko_peer.job", *given)])
        before, began = cpu.seconds([pid]), time.monotonic()
        finished([queue.enqueue("bench.pyhanko_peer.job", *given) for _ in range(PEERS)])
        seconds = time.monotonic() - began
        return seconds / PEERS, (cpu.seconds([pid]) - before) / PEERS


def finished(jobs: list) -> None:
    end = time.monotonic() + PATIENCE
    while not all(job.get_status() == "finished" for job in jobs):
        if time.monotonic() > end or any(job.get_status() == "failed" for job in jobs):
            raise RuntimeError("the default worker did not finish")
        time.sleep(LOOK)


@contextmanager
def worker(folder: Path, command: list[str]) -> Iterator[int]:
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 our own command
            command, cwd=ROOT, env=environment(folder), stdout=log, stderr=log
        )
        try:
            yield process.pid
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    from bench.signing_material import make_material

    with tempfile.TemporaryDirectory() as own_folder:
        main(make_material(Path(own_folder)))
