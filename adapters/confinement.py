"""Work on hostile input in a process of its own that may not use much time or memory: whatever the
input does to it, the caller only learns that it died."""

import ctypes
import os
import resource
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable

MOST_ANSWER = 16 * 1024 * 1024
PATIENCE = 2  # how many seconds are waited for each of processor time: others work here, too
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Died(Exception):
    """The confined process ended without an answer: out of time, out of memory, or crashed."""


def confined(work: Callable[[], bytes], seconds: int, memory: int) -> bytes:
    """What `work` gives, made in a forked process.

    `seconds` bounds its processor time, and `PATIENCE` times that the waiting; `memory` is how many
    bytes it may take beyond what this process has. It writes no files, reaches no network and has
    none of the files and connections that are open here. Raises Died.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(work, writing, seconds, memory)
    os.close(writing)
    try:
        answer = _read(reading, time.monotonic() + PATIENCE * seconds)
    finally:
        os.close(reading)
        os.kill(pid, signal.SIGKILL)  # not yet reaped, so the number is still its own
        os.waitpid(pid, 0)
    if not answer.endswith(b"\n"):
        raise Died
    return answer[:-1]


def _child(work: Callable[[], bytes], writing: int, seconds: int, memory: int) -> None:
    try:
        _limit(seconds, memory)
        _cut_off(writing)
        answer = work() + b"\n"
        while answer:
            answer = answer[os.write(writing, answer) :]
    finally:
        os._exit(0)  # no handlers, buffers or sessions of the parent may run here


def kernel_bars_network() -> bool:
    """Whether this machine lets confined work have an empty network of its own. Where not, only
    what Python itself calls is barred."""
    return confined(lambda: str(_leave_network()).encode(), 5, 64 * 1024 * 1024) == b"True"


def _cut_off(writing: int) -> None:
    """A file may name addresses; nobody asks them from here. In the kernel, so that no library in C
    can either, where it is permitted; in Python everywhere, for sockets that are files are in no
    network. (Pairs of sockets within the process stay, event loops are made of them.)"""
    os.closerange(3, writing)
    os.closerange(writing + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    _leave_network()
    for way in ("connect", "connect_ex", "sendto", "bind"):
        setattr(socket.socket, way, _no_network)


def _leave_network() -> bool:
    """Into a network namespace without any way out. Who is not root first becomes it in a user
    namespace of the process's own, which some systems forbid."""
    if not sys.platform.startswith("linux"):
        return False
    unshare = ctypes.CDLL(None).unshare
    return unshare(_CLONE_NEWNET) == 0 or unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def _no_network(*_args: object, **_options: object) -> None:
    raise PermissionError("no network")


def _limit(seconds: int, memory: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with open("/proc/self/statm", "rb") as statm:
            taken = int(statm.read().split()[0]) * _PAGE
        resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(reading: int, until: float) -> bytes:
    """All the child writes, up to its end, the deadline or the limit."""
    parts, size = [], 0
    with selectors.DefaultSelector() as selector:  # select() ends at 1,024 open files
        selector.register(reading, selectors.EVENT_READ)
        while size <= MOST_ANSWER:
            ready = selector.select(max(0.0, until - time.monotonic()))
            part = os.read(reading, 65536) if ready else b""
            if not part:
                break
            parts.append(part)
            size += len(part)
    return b"".join(parts)
