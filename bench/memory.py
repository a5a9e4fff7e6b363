"""Memory of a node's processes: proportional set size, so that shared pages count once."""

import re
from pathlib import Path

PROC = Path("/proc")


def megabytes(pids: list[int]) -> float:
    """These processes and all that descend from them, together."""
    return sum(_pss(pid) for pid in family(pids)) / 1024


def family(pids: list[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue  # it ended meanwhile
        children.setdefault(parent, []).append(int(folder.name))
    family, left = set(), list(pids)
    while left:
        pid = left.pop()
        family.add(pid)
        left += children.get(pid, [])
    return family


def _pss(pid: int) -> int:
    """Kilobytes of one process; 0 when it ended meanwhile."""
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
