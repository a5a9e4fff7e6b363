"""Waiting for background work, as a person would: looking again until it is there."""

import time
from collections.abc import Callable
from typing import TypeVar

from demo.browser import Refused

T = TypeVar("T")
PATIENCE = 45.0
PAUSE = 0.2


def until(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Looks until there is something; Refused when it does not come in time."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(PAUSE)
    raise Refused(f"chờ {what} quá {patience:.0f} giây")
