"""A signing worker that dies on request: the real worker of `worker.py`, forked anew for each order
read from standard input. `die NAME` kills it, as a power cut would, right after the named effect;
`work` lets it live until `stop`. Run by test_crashes.py."""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.files import FileStore
from services import outbox
from services.signing import execution
from worker import compose, run_queue

EFFECTS = {
    "claimed": (outbox, "claim"),
    "signed": (execution, "_make"),
    "stored": (FileStore, "put"),
    "noting": (outbox, "renew"),  # inside the transaction that notes the output
    "noted": (execution, "_pin"),
    "writing": (execution, "move"),  # inside the last transaction
    "written": (execution, "_finish"),
}


def die_after(effect: str) -> None:
    place, name = EFFECTS[effect]
    original = getattr(place, name)

    def fatal(*args, **kwargs):
        original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, fatal)


def start(app, effect: str | None) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            if effect:
                die_after(effect)
            run_queue(app, "signing")
        finally:
            os._exit(1)
    return pid


def main() -> None:
    app, alive = compose(), []
    print("ready", flush=True)
    for line in sys.stdin:
        order, _, effect = line.strip().partition(" ")
        if order == "die":
            _, status = os.waitpid(start(app, effect), 0)
            print("killed" if os.WTERMSIG(status) == signal.SIGKILL else status, flush=True)
        elif order == "work":
            alive.append(start(app, None))
        else:
            while alive:
                pid = alive.pop()
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            print("stopped", flush=True)


if __name__ == "__main__":
    main()
