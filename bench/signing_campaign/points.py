"""Where a signing worker may be killed: before or after each effect of a job, at the first or a
later time it happens, or at a random moment of the job. All of it is laid around the program from
outside, in the worker of the campaign alone."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from adapters.files import FileStore, Incoming
from services import outbox
from services.batches import running
from services.copies import signing as copying
from services.signing import enclosures, execution, turns

EFFECTS = {
    "claim": (outbox, "claim"),
    "signature": (execution, "_make"),
    "enclosure's signature noted": (enclosures, "pin"),
    "file written": (Incoming, "write"),
    "fsync": (os, "fsync"),
    "file named": (os, "link"),
    "file stored": (FileStore, "put"),
    "lease renewed": (outbox, "renew"),
    "output noted": (execution, "_pin"),
    "output judged": (execution, "_adopt"),
    "item settled": (outbox, "settle"),
    "document moved": (execution, "move"),
    "commit": (Session, "commit"),
    "job finished": (execution, "_finish"),
    "leader's turn noted": (turns, "signed"),
    "step of a batch": (running, "_step"),
    "result of a batch's document": (running, "_result"),
    "copy signed": (copying, "_made"),
    "copy's output noted": (copying, "_pin"),
    "copy issued": (copying, "_finish"),
}
# What happens in jobs of one kind only; the rest happens in all.
OF_KIND = {
    "sign": {
        "signature", "enclosure's signature noted", "output noted", "output judged",
        "document moved", "job finished", "leader's turn noted",
    },
    "batch": {"step of a batch", "result of a batch's document"},
    "sign_copy": {"copy signed", "copy's output noted", "copy issued"},
}  # fmt: skip
OFTEN = {"fsync": 8, "commit": 4, "file written": 2, "file stored": 2, "lease renewed": 2}
RANDOM, RANDOM_SHARE, LONGEST = "a random moment", 0.35, 0.25
KILLED_JOBS = 0.8  # the others are left alone, so that work goes on


class Killer:
    """One worker's fate, drawn anew for each job: `mark` is what it writes before it dies."""

    def __init__(self, chance: random.Random, mark: Callable[[str], None]) -> None:
        self._chance, self._mark = chance, mark
        self._point, self._when, self._left = "", "", 0

    def arm(self) -> None:
        for name, (place, attribute) in EFFECTS.items():
            setattr(place, attribute, self._around(name, getattr(place, attribute)))

    def draw(self) -> None:
        """What will happen in the job that begins."""
        self._point = ""
        if self._chance.random() > KILLED_JOBS:
            return
        if self._chance.random() < RANDOM_SHARE:
            delay = self._chance.uniform(0, LONGEST)
            threading.Thread(target=self._later, args=(delay,), daemon=True).start()
            return
        self._point = self._chance.choice(list(EFFECTS))
        self._when = self._chance.choice(("before", "after"))
        self._left = self._chance.randint(1, OFTEN.get(self._point, 1))

    def meet(self, kind: str) -> None:
        """A point that does not come in a job of this kind is drawn anew."""
        others = set().union(*OF_KIND.values()) - OF_KIND.get(kind, set())
        if self._point in others:
            self._point = self._chance.choice([each for each in EFFECTS if each not in others])

    def _around(self, name: str, original: Callable) -> Callable:
        def effect(*args, **kwargs):
            if name == "claim":
                self.draw()
            fatal = self._is_due(name)
            if fatal and self._when == "before":
                self._die(f"before: {name}")
            result = original(*args, **kwargs)
            if name == "claim" and result is not None:
                self.meet(result.kind)
            if fatal:
                self._die(f"after: {name}")
            return result

        return effect

    def _is_due(self, name: str) -> bool:
        if name != self._point:
            return False
        self._left -= 1
        return self._left == 0

    def _later(self, delay: float) -> None:
        time.sleep(delay)
        self._die(RANDOM)

    def _die(self, where: str) -> None:
        self._mark(where)
        os.kill(os.getpid(), signal.SIGKILL)
