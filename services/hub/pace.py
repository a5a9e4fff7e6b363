"""How fast one system may call the axis: a bucket that fills evenly and holds a minute of calls.
All web processes draw from one bucket at the queue server, a small share at a time, so that hardly
a call asks it. While that server is away each process has a bucket of its own."""

import threading
from functools import cache
from pathlib import Path

from adapters.buckets import MINUTE, SharedBuckets
from domain.errors import Unavailable
from services.office import Office

SHARES = 500  # of a minute's calls so many parts: what idle processes hold back is next to nothing
Key = tuple[Path, str]
_lock = threading.Lock()
_drawn: dict[Key, int] = {}  # calls drawn from the common bucket and not made yet
_buckets: dict[Key, tuple[float, float]] = {}  # our own: calls left, as of when
_shared = cache(SharedBuckets)


def check(office: Office, system_id: str, calls: int = 1) -> None:
    """Counts a call, or as many as it stands for. Raises Unavailable("axis-too-many-calls"): a node
    takes that for temporary and keeps its message. Who is too fast is told how long to wait."""
    most = office.settings.axis_calls_per_minute
    if most <= 0:
        return
    key = (office.settings.data_dir, system_id)
    if not all(_spend(key) or _draw(office, key, most) for _ in range(calls)):
        raise Unavailable("axis-too-many-calls", seconds=max(1, round(MINUTE / most)))


def _spend(key: Key) -> bool:
    with _lock:
        left = _drawn.get(key, 0)
        if left:
            _drawn[key] = left - 1
        return left > 0


def _draw(office: Office, key: Key, most: int) -> bool:
    now = office.now().timestamp()
    buckets = _shared(office.settings.redis_url)
    given = buckets.take(key[1], most, max(most // SHARES, 1), now)
    if given is None:
        return _count_alone(key, most, now)
    if given > 1:
        with _lock:
            _drawn[key] = _drawn.get(key, 0) + given - 1
    return given > 0


def _count_alone(key: Key, most: int, now: float) -> bool:
    with _lock:
        left, since = _buckets.get(key, (most, now))
        left = min(most, left + max(now - since, 0) * most / MINUTE)
        _buckets[key] = (left - 1 if left >= 1 else left, now)
    return left >= 1
