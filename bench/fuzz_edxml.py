"""Hostile and careless packages by the million: each must give a message or a refusal of ours.

    python -m bench.fuzz_edxml --cases 1000000 --seed 1

The cases depend on the seed alone. What breaks the rule is kept in `data/fuzz/` with its traceback,
counted, and makes the run fail.
"""

import argparse
import hashlib
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from adapters.edxml.errors import MalformedPackage
from adapters.edxml.evidence import Judge
from adapters.edxml.limits import MIB, Limits
from adapters.edxml.package import Package
from adapters.edxml.read import read_envelope, read_message
from adapters.edxml.write import write_package, write_status
from adapters.files import media_type
from bench.fuzz_cases import Cases
from domain.errors import Invalid

SECONDS = 5
MEMORY = 1024 * MIB
THOROUGH = 5  # one case in so many is also written and read again
FAILURES = Path("data/fuzz")
LIMITS = Limits(
    message_bytes=2 * MIB,
    attachment_bytes=MIB,
    total_bytes=2 * MIB,
    text_bytes=MIB,
    elements=20_000,
)
JUDGE = Judge(date(2026, 11, 20))


class Hung(Exception):
    """One case took longer than any may."""


class Unstable(Exception):
    """What was written of a message is read as another."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _hung)
    outcomes, start, slowest = Counter(), time.monotonic(), 0.0
    cases = Cases(random.Random(options.seed))  # noqa: S311 - chance, no secret
    for number in range(1, options.cases + 1):
        before = time.monotonic()
        outcomes[_outcome(cases.next(), is_thorough=number % THOROUGH == 0)] += 1
        slowest = max(slowest, time.monotonic() - before)
        if number % 50_000 == 0:
            print(f"{number} cases, {number / (time.monotonic() - start):.0f}/s", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"seed {options.seed}: slowest {slowest:.2f} s, peak memory {peak} MB")
    for outcome, count in outcomes.most_common():
        print(f"{count:>9}  {outcome}")
    return 1 if any(name.startswith("FAULT") for name in outcomes) else 0


def _outcome(data: bytes, is_thorough: bool) -> str:
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return _judged(data, is_thorough)
    except MalformedPackage as refusal:
        return f"refused {refusal.fields.get('reason', refusal.code)}"
    except Exception as fault:
        FAILURES.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(data).hexdigest()[:16]
        (FAILURES / f"{name}.edxml").write_bytes(data)
        (FAILURES / f"{name}.txt").write_text(traceback.format_exc())
        return f"FAULT {type(fault).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _judged(data: bytes, is_thorough: bool) -> str:
    """Reads it as a node does; some also as a hub does, and what was read is written."""
    message = read_message(data, LIMITS, judge=JUDGE)
    if not is_thorough:
        return f"{type(message).__name__}{' mended' if message.repairs else ''}"
    read_envelope(data, LIMITS)
    write = write_package if isinstance(message, Package) else write_status
    kind = f"{type(message).__name__}{' mended' if message.repairs else ''}, written again"
    for file in message.attachments if isinstance(message, Package) else ():
        media_type(file.data, file.name)
    if not isinstance(message, Package) and not message.code:
        return f"{kind} refused: no code"
    try:
        written = write(message)
    except Invalid as refusal:
        return f"{kind} refused: {refusal.code}"
    again = read_message(written)
    if _plain(read_message(write(again))) != _plain(again):
        raise Unstable
    return kind


def _plain(message):
    """What a message says, without what is told about how it was written."""
    return replace(message, repairs=(), evidence=None)


def _hung(*_: object) -> None:
    raise Hung


if __name__ == "__main__":
    sys.exit(main())
