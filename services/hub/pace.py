"""How fast one system may call the axis: a bucket that fills evenly and holds a minute of calls.
Each web process has its own; who is too fast is told how long to wait."""

import threading
from pathlib import Path

from domain.errors import Unavailable
from services.office import Office

MINUTE = 60
_lock = threading.Lock()
_buckets: dict[tuple[Path, str], tuple[float, float]] = {}  # calls left, as of when


def check(office: Office, system_id: str) -> None:
    """Counts one call. Raises Unavailable("axis-too-many-calls"): a node takes that for temporary
    and keeps its message."""
    most = office.settings.axis_calls_per_minute
    if most <= 0:
        return
    now, key = office.now().timestamp(), (office.settings.data_dir, system_id)
    with _lock:
        left, since = _buckets.get(key, (most, now))
        left = min(most, left + max(now - since, 0) * most / MINUTE)
        _buckets[key] = (max(left - 1, 0), now)
    if left < 1:
        raise Unavailable("axis-too-many-calls", seconds=max(1, round(MINUTE / most)))
