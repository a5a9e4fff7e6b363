"""`make bench-signing`: one page with a visible stamp (a seal and three Vietnamese lines),
RSA-2048, each way in one process: ours with its own check, iText 5, PDFBox 2, and pyHanko as
documented.

The ways take turns, round after round, so that other work on the machine meets all of them; what
counts is CPU time of a document and the ratios within a round."""

import logging
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from adapters.signing.validate import validate_strict
from bench import peers
from bench.signing_material import LINES, Material, make_material, one_page, signer

ROUNDS = 7
OURS, ITEXT, PYHANKO = "Văn thư", "iText 5", "pyHanko theo tài liệu"
PDFBOX, PDFBOX_ONCE = "PDFBox 2 theo tài liệu", "PDFBox 2, khung vẽ sẵn"
GOALS = {ITEXT: 5, PDFBOX: 8, PYHANKO: 80}
DOCUMENTS = {OURS: 100, ITEXT: 50, PDFBOX: 25, PDFBOX_ONCE: 50, PYHANKO: 4}
PROGRAMS = (
    (ITEXT, "ItextPeer"),
    (PDFBOX, "PdfboxPeer", "each"),
    (PDFBOX_ONCE, "PdfboxPeer"),
)
Round = Callable[[int], float]


def main() -> None:
    logging.disable(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="vanthu-bench-"))
    try:
        material = make_material(folder)
        source = folder / "one.pdf"
        source.write_bytes(one_page())
        ways, reasons, java = gathered(material, source)
        show(measured(ways), reasons)
        verify(folder, material, java)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def gathered(material: Material, source: Path) -> tuple[dict[str, Round], dict[str, str], object]:
    """Each way that can be measured here, and for the others why not."""
    sign, files = signer(material.key(), material.seal, material.font), material.files
    pdf = source.read_bytes()
    output = source.with_name("ours.pdf")
    ways: dict[str, Round] = {OURS: lambda n: timed(n, lambda: output.write_bytes(sign(pdf)))}
    reasons, java = {}, None
    if lacking := peers.missing():
        reasons = dict.fromkeys(
            (ITEXT, PDFBOX, PDFBOX_ONCE), f"cần gói Debian: {' '.join(lacking)}"
        )
    else:
        java = peers.Java(source.parent)
        for name, program, *more in PROGRAMS:
            peer, made = java.peer(program, (*files, *more)), source.with_name(f"{program}.pdf")
            ways[name] = lambda n, peer=peer, made=made: peer.round(n, source, made)
    try:
        from bench import pyhanko_peer  # noqa: PLC0415 it needs what nothing else does
    except ImportError:
        reasons[PYHANKO] = "cần gói Python: uharfbuzz (pip install uharfbuzz)"
    else:
        key, shown = pyhanko_peer.load(*files[:2]), pyhanko_peer.style(list(LINES), *files[2:])
        made = source.with_name("pyhanko.pdf")
        once = lambda: pyhanko_peer.sign(source, made, key, shown)  # noqa: E731
        ways[PYHANKO] = lambda n: timed(n, once)
    return ways, reasons, java


def _need(packages: list[str]) -> str:
    return f"cần gói Debian: {' '.join(packages)}"


def timed(documents: int, once: Callable[[], object]) -> float:
    """CPU milliseconds of one document."""
    start = time.process_time()
    for _ in range(documents):
        once()
    return (time.process_time() - start) / documents * 1000


def measured(ways: dict[str, Round]) -> dict[str, list[float]]:
    for name, way in ways.items():
        way(3 * DOCUMENTS[name] if name != PYHANKO else 1)  # warm
    return {
        name: [row[name] for row in rounds]
        for rounds in [[{n: way(DOCUMENTS[n]) for n, way in ways.items()} for _ in range(ROUNDS)]]
        for name in ways
    }


def show(figures: dict[str, list[float]], reasons: dict[str, str]) -> None:
    print(f"\nSố đo ký số, 1 trang, RSA-2048, ngày {date.today():%d/%m/%Y}")  # noqa: DTZ011
    for name in DOCUMENTS:
        if name not in figures:
            print(f"  {name:26} không đo được: {reasons[name]}")
            continue
        own = figures[name]
        ratio = statistics.median(b / a for a, b in zip(figures[OURS], own, strict=True))
        goal = f"(đích {GOALS[name]})" if name in GOALS else ""
        times = "" if name == OURS else f"{ratio:6.1f} lần {goal}"
        median = statistics.median(own)
        print(f"  {name:26} {median:7.2f} ms CPU {1000 / median:7.0f} văn bản/s {times}")


def verify(folder: Path, material: Material, java: peers.Java | None) -> None:
    """What others say of our output."""
    output = folder / "ours.pdf"
    print(f"  pyHanko chặt chẽ: {validate_strict(output.read_bytes(), [material.root]).verdict}")
    if shutil.which("pdfsig"):
        command = ["pdfsig", "-nocert", str(output)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        told = ran.stdout
        print(f"  pdfsig: {'hợp lệ' if 'Signature is Valid.' in told else 'KHÔNG hợp lệ'}")
    if java is not None:
        print(f"  {java.verify([output])[output.name]}")


if __name__ == "__main__":
    main()
