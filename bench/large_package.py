"""Memory while a package with one large file is written and read: each step in a process of its own
that first reads and writes a small one, so that its idle size is known.

    python -m bench.large_package --megabytes 1024
"""

import argparse
import hashlib
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from adapters.edxml.evidence import Judge
from adapters.edxml.kept import Kept
from adapters.edxml.limits import MIB, STREAMED
from adapters.edxml.package import Attachment, Organ, Package
from adapters.edxml.read import read_envelope, read_message
from adapters.edxml.write import package_pieces
from adapters.files import FileStore

GOAL_MIB = 32
START = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
JUDGE = Judge(date(2026, 11, 20))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--folder", type=Path, default=Path("data"))
    size = (options := parser.parse_args()).megabytes
    options.folder.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="large-", dir=options.folder))
    worst = 0.0
    try:
        small, large = _file(folder / "small", 1), _file(folder / "large", size)
        print(f"| one file of {size} MB | above the idle process | seconds |\n|---|---|---|")
        # A PDF goes as it is, anything else in a zip.
        for kind, name in (("as it is", "a.pdf"), ("in a zip", "a.mp4")):
            for step in (_write, _read, _carry):
                above, seconds = _measured(step, folder, name, small, large)
                worst = max(worst, above)
                print(f"| {step.__doc__}, {kind} | {above:.1f} MB | {seconds:.1f} |", flush=True)
    finally:
        shutil.rmtree(folder)
    return 0 if worst <= GOAL_MIB else 1


def _file(path: Path, megabytes: int) -> Kept:
    chance, digest = random.Random(1), hashlib.sha256(START)  # noqa: S311 - no secret
    with path.open("wb") as file:
        file.write(START)
        for _ in range(megabytes):
            piece = chance.randbytes(MIB)
            digest.update(piece)
            file.write(piece)
    return Kept(path, path.stat().st_size, digest.hexdigest())


def _write(folder: Path, file: Kept, name: str) -> None:
    """written"""
    package = Package(
        sender=Organ("000.01.03.H48"),
        recipients=(Organ("000.01.02.H48"),),
        document_id="45",
        number="45",
        notation="UBND-VP",
        issued_date=date(2026, 3, 2),
        subject="Tệp lớn",
        attachments=(Attachment(name, data=file),),
    )
    with _wire(folder, file).open("wb") as target:
        target.writelines(package_pieces(package))


def _read(folder: Path, file: Kept, name: str) -> None:
    """read, its file kept"""
    store = FileStore(folder / "store")

    def keep(pieces):
        sha256 = store.put(pieces)
        return Kept(store.path(sha256), store.path(sha256).stat().st_size, sha256)

    with _wire(folder, file).open("rb") as source:
        (found,) = read_message(source, STREAMED, keep, JUDGE, folder).attachments
    if found.data != file or found.damaged or found.name != name:
        raise SystemExit("not the file that was sent")


def _carry(folder: Path, file: Kept, name: str) -> None:
    """its header read as a hub does"""
    with _wire(folder, file).open("rb") as source:
        read_envelope(source, STREAMED)


def _wire(folder: Path, file: Kept) -> Path:
    return folder / f"{file.path.name}.edxml"


def _measured(
    step: Callable, folder: Path, name: str, small: Kept, large: Kept
) -> tuple[float, float]:
    """How many MB the step took above the same process at rest, and how long."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(theirs, step, folder, name, small, large))
    child.start()
    theirs.close()
    above, seconds = ours.recv()
    child.join()
    return above, seconds


def _child(answer, step: Callable, folder: Path, name: str, small: Kept, large: Kept) -> None:
    step(folder, small, name)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    idle, start = _memory("VmRSS"), time.monotonic()
    step(folder, large, name)
    answer.send((_memory("VmHWM") - idle, time.monotonic() - start))


def _memory(field: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


if __name__ == "__main__":
    sys.exit(main())
