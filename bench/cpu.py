"""Time that a node's processes have computed."""

import os

from bench.memory import PROC, family

TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pids: list[int]) -> float:
    """These processes and all that descend from them, together, those that ended too."""
    return sum(_ticks(pid) for pid in family(pids)) / TICKS


def _ticks(pid: int) -> int:
    """Its own time and that of children it has waited for; 0 when it ended meanwhile."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))
