"""The workers of the campaign: two real signing workers on one queue, impatient and mortal, and the
sweeper beside them; whoever dies is replaced. `python -m bench.signing_campaign.workers FOLDER SEED
POINTS` runs until told to stop; when POINTS have died, nobody is killed any more."""

import gc
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench.signing_campaign.points import Killer
from extensions import db
from services import outbox
from worker import compose, die_with_parent, run_queue, sweep

WORKERS = 2
DEATHS = "deaths.txt"
SWEEP_SECONDS = 0.5


def deaths(folder: Path) -> list[str]:
    path = folder / DEATHS
    return path.read_text().splitlines() if path.exists() else []


def fork(app, serve) -> int:
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    die_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with app.app_context():
        db.engine.dispose(close=False)
    try:
        serve(app)
    finally:
        os._exit(0)


def mortal(folder: Path, seed: int):
    def serve(app) -> None:
        ledger = os.open(folder / DEATHS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        chance = random.Random(seed)  # noqa: S311 choices, no secrets
        Killer(chance, lambda where: os.write(ledger, f"{where}\n".encode())).arm()
        run_queue(app, "signing")

    return serve


def immortal(app) -> None:
    run_queue(app, "signing")


def sweeping(_app) -> None:
    while True:
        sweep()
        time.sleep(SWEEP_SECONDS)


def main(folder: Path, seed: int, points: int) -> None:
    app = compose()
    others = {fork(app, sweeping)}
    workers: set[int] = set()

    def stop(*_args) -> None:
        for pid in workers | others:
            os.kill(pid, signal.SIGKILL)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    while True:
        died = len(deaths(folder))
        calm = died >= points
        while len(workers) < WORKERS:
            seed += 1
            workers.add(fork(app, immortal if calm else mortal(folder, seed)))
        pid, _status = os.waitpid(-1, os.WNOHANG)
        workers.discard(pid)
        if not pid:
            time.sleep(0.02)


if __name__ == "__main__":
    outbox.LEASE, outbox.WAKE_AGAIN = timedelta(seconds=4), timedelta(seconds=1)
    outbox.FIRST_PAUSE, outbox.LONGEST_PAUSE = 1, 4
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
