"""Many documents decided at once: started with one PIN, done one by one, watched, stopped."""

from services.batches.choosing import Choice, choices
from services.batches.running import run
from services.batches.starting import start
from services.batches.watching import forget_expired, progress, recent, stop

__all__ = [
    "Choice",
    "choices",
    "forget_expired",
    "progress",
    "recent",
    "run",
    "start",
    "stop",
]
