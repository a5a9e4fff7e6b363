"""The background processes of a node: one RQ worker per queue (law 4), children of a supervisor
that restarts whichever dies and sweeps up what no worker was woken for.

`python worker.py` runs them all; `python worker.py signing` runs one queue in this process.
"""

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count

import redis
import structlog
from flask import Flask
from rq import Queue, SimpleWorker, Worker

from adapters.axis.client import authorities
from adapters.confinement import kernel_bars_network
from app import create_app
from extensions import db
from jobs import context, listening
from services import batches, copies, leftovers, outbox, signing, tokens
from services.exchange import links
from services.federation import health, schedule
from services.hub import retention, turning, uplinks
from services.incoming import uploads
from services.preservation import renewing
from services.signing import expiry

log = structlog.get_logger()


class ForkingWorker(Worker):
    """RQ's worker with a work-horse per job that dies with it: the kernel does not hand the wish to
    die with one's parent on to children."""

    def main_work_horse(self, job, queue) -> None:
        die_with_parent()
        super().main_work_horse(job, queue)


# Received files may be hostile: each is inspected in a forked child. The others keep warm caches.
QUEUES = {
    "signing": SimpleWorker,
    "exchange": SimpleWorker,
    "inspection": ForkingWorker,
    "federation": SimpleWorker,
}
OF_NODE = ("signing", "exchange", "inspection")
OF_HUB = ("exchange", "federation")  # a hub signs and inspects nothing
Serve = Callable[[Flask], None]  # serves for ever, in a process of its own
NOTHING: Mapping[str, Serve] = {}
SWEEP_SECONDS = 1.0
TIDY_EVERY = 3600  # sweeps
ABANDONED_SECONDS = 24 * 3600  # no transfer goes on without a byte for so long
BEAT_EVERY = 30
FINISH_SECONDS = 20.0
FINISH_STEP = 0.02
QUEUE_PAUSE = 1.0
BEHIND = 15  # levels: what arrives is seen first, judging its files may come a little later
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux kills this process when its parent dies: an orphaned worker would go on working."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def collect_seldom() -> None:
    """Rows of the database come and go by the thousand, hardly any in circles: looking for those
    after each 700 cost a tenth of the time."""
    gc.set_threshold(20_000, 20, 20)


def compose():
    """The application whose office the jobs use."""
    collect_seldom()
    app = create_app()
    authorities()  # read once, for all processes that will call an axis
    if not app.extensions["office"].settings.is_hub:
        signing.warm_up()

    @contextmanager
    def open_office():
        with app.app_context():
            yield app.extensions["office"]

    context.open_office = open_office
    return app


def run_queue(app, name: str) -> None:
    """Serves one queue for ever; waits while the queue server is away."""
    url = app.extensions["office"].settings.redis_url
    if name == "inspection":
        os.nice(BEHIND)
        if not kernel_bars_network():
            log.warning("hostile files are kept from the network in Python only")
    while True:
        try:
            connection = redis.Redis.from_url(url)
            worker = QUEUES[name]([Queue(name, connection=connection)], connection=connection)
            worker.work(logging_level="WARNING", with_scheduler=False)
            return
        except redis.RedisError as error:
            log.warning("queue away", queue=name, error=type(error).__name__)
            time.sleep(QUEUE_PAUSE)


def run_listening(_app) -> None:
    """Waits at the hubs for news, for ever."""
    listening.run()


def sweep(tidying: bool = False, alive: tuple[str, ...] = ()) -> None:
    """The sweeper's step: sees that every hub is polled, and wakes what is due. `tidying`: removes
    abandoned scans too. `alive`: queues whose workers are to be noted as living."""
    try:
        with context.open_office() as office:
            if alive:
                health.beat(office, alive)
            if tidying:
                uploads.forget_abandoned(office)
                office.files.forget_abandoned(time.time() - ABANDONED_SECONDS)
            links.ensure_polls(office)
            schedule.ensure(office)
            uplinks.ensure_polls(office)
            retention.ensure(office)
            turning.ensure(office)
            expiry.ensure(office)
            renewing.ensure(office)
            leftovers.ensure(office)
            outbox.wake_due(office)
            signing.forget_expired(office)
            tokens.expire(office)
            batches.forget_expired(office)
            copies.forget_expired(office)
    except Exception:
        log.exception("sweep failed")


def _child(app, serve: Serve) -> int:
    """Forks a process that serves. What is loaded by now is shared with it: the garbage collector
    must not touch (and so copy) it. An open connection to the database must never be."""
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    die_with_parent()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    with app.app_context():
        db.engine.dispose(close=False)
    try:
        serve(app)
    except Exception:
        log.exception("child failed")
    finally:
        os._exit(0)


def _wait_for(pids: set[int]) -> None:
    """Lets children finish what they are at, for a while: they die with this process."""
    until = time.monotonic() + FINISH_SECONDS
    while pids and time.monotonic() < until:
        pid, _status = os.waitpid(-1, os.WNOHANG)
        pids.discard(pid)
        if not pid:
            time.sleep(FINISH_STEP)


def supervise(app, more: Mapping[str, Serve] = NOTHING) -> None:
    """Forks the workers, and whatever more serves, after everything is loaded; then sweeps once a
    second and restarts whichever dies."""
    settings = app.extensions["office"].settings
    queues = OF_HUB if settings.is_hub else OF_NODE
    serving = {name: partial(run_queue, name=name) for name in queues} | dict(more)
    children = {_child(app, serve): name for name, serve in serving.items()}
    serving["listening"] = run_listening

    def stop(*_args) -> None:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        _wait_for(set(children))
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for turn in count():
        sweep(tidying=turn % TIDY_EVERY == 0, alive=() if turn % BEAT_EVERY else queues)
        # Only where there is a line to listen on: a hub may have none above it.
        if turn % BEAT_EVERY == 0 and "listening" not in children.values() and listening.lines():
            children[_child(app, run_listening)] = "listening"
        time.sleep(SWEEP_SECONDS)
        pid, _status = os.waitpid(-1, os.WNOHANG)
        if pid:
            name = children.pop(pid)
            log.warning("worker restarted", name=name)
            children[_child(app, serving[name])] = name


if __name__ == "__main__":
    application = compose()
    if len(sys.argv) > 1:
        die_with_parent()
        run_queue(application, sys.argv[1])
    else:
        supervise(application)
