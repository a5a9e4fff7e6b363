"""`make bench-signing`: a visible stamp (a seal and three Vietnamese lines), RSA-2048, each way in
one process: ours with its own check, iText 5, PDFBox 2, and pyHanko as documented. One page; then
50 pages of 5 MB beside iText.

The ways take turns, round after round, so that other work on the machine meets all of them; what
counts is CPU time of a document and the ratios within a round."""

import importlib.util
import logging
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.signing.validate import validate_strict
from bench import peers
from bench.signing_material import LINES, Material, make_material, one_page, scans, signer
from worker import collect_seldom

ROUNDS = 7
OURS, ITEXT, PYHANKO = "Văn thư", "iText 5", "pyHanko theo tài liệu"
PDFBOX, PDFBOX_ONCE = "PDFBox 2 theo tài liệu", "PDFBox 2, khung vẽ sẵn"
PROGRAMS = {
    ITEXT: ("ItextPeer",),
    PDFBOX: ("PdfboxPeer", "each"),
    PDFBOX_ONCE: ("PdfboxPeer",),
}
MODULE = "bench.pyhanko_peer"
Round = Callable[[int, Path, Path], float]


@dataclass(frozen=True)
class Trial:
    """What is signed, how many documents a round has of each way, and what is to be reached."""

    name: str
    title: str
    make: Callable[[], bytes]
    documents: Mapping[str, int]
    goals: Mapping[str, int]


TRIALS = (
    Trial(
        "one",
        "1 trang",
        one_page,
        {OURS: 100, ITEXT: 50, PDFBOX: 25, PDFBOX_ONCE: 50, PYHANKO: 4},
        {ITEXT: 5, PDFBOX: 8, PYHANKO: 80},
    ),
    Trial("fifty", "50 trang, 5 MB", lambda: scans(50, 316), {OURS: 20, ITEXT: 8}, {ITEXT: 5}),
)


def main() -> None:
    logging.disable(logging.CRITICAL)
    collect_seldom()  # as in the process that signs; the peers have processes of their own
    folder = Path(tempfile.mkdtemp(prefix="vanthu-bench-"))
    try:
        material = make_material(folder)
        ways, reasons, java = gathered(folder, material)
        for trial in TRIALS:
            source = folder / f"{trial.name}.pdf"
            source.write_bytes(trial.make())
            show(trial, measured(trial, ways, source), reasons)
            verify(output_of(source, OURS), material, java)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def gathered(
    folder: Path, material: Material
) -> tuple[dict[str, Round], dict[str, str], peers.Java | None]:
    """Each way that can be measured here, and for the others why not."""
    ways: dict[str, Round] = {OURS: ours(material)}
    files, reasons, java = material.files, {}, None
    if lacking := peers.missing():
        reasons = dict.fromkeys(PROGRAMS, f"cần gói Debian: {' '.join(lacking)}")
    else:
        java = peers.Java(folder)
        for name, (program, *more) in PROGRAMS.items():
            ways[name] = java.peer(program, (*files, *more)).round
    if importlib.util.find_spec("uharfbuzz") is None:  # pyHanko needs it for text, and we do not
        reasons[PYHANKO] = "cần gói Python: uharfbuzz (pip install uharfbuzz)"
    else:
        ways[PYHANKO] = peers.Peer([sys.executable, "-m", MODULE, *files, *LINES]).round
    return ways, reasons, java


def ours(material: Material) -> Round:
    """CPU milliseconds of one document, its bytes in memory from end to end, as the Java peers."""
    sign = signer(material.key(), material.seal, material.font)

    def signs(documents: int, source: Path, output: Path) -> float:
        pdf, start = source.read_bytes(), time.process_time()
        for _ in range(documents):
            signed = sign(pdf)
        used = time.process_time() - start
        output.write_bytes(signed)
        return used / documents * 1000

    return signs


def measured(trial: Trial, ways: Mapping[str, Round], source: Path) -> dict[str, list[float]]:
    taken = {name: way for name, way in ways.items() if name in trial.documents}
    outputs = {name: output_of(source, name) for name in taken}
    figures: dict[str, list[float]] = {name: [] for name in taken}
    for name, way in taken.items():
        way(3 * trial.documents[name] if name != PYHANKO else 1, source, outputs[name])  # warm
    for _ in range(ROUNDS):
        for name, way in taken.items():
            figures[name].append(way(trial.documents[name], source, outputs[name]))
    return figures


def output_of(source: Path, way: str) -> Path:
    return source.with_suffix(f".{way.replace(' ', '-')}.pdf")  # peers are told it by words


def show(trial: Trial, figures: dict[str, list[float]], reasons: dict[str, str]) -> None:
    print(f"\nSố đo ký số, {trial.title}, RSA-2048, ngày {date.today():%d/%m/%Y}")  # noqa: DTZ011
    for name in trial.documents:
        if name not in figures:
            print(f"  {name:26} không đo được: {reasons[name]}")
            continue
        own = figures[name]
        ratio = statistics.median(b / a for a, b in zip(figures[OURS], own, strict=True))
        goal = f"(đích {trial.goals[name]})" if name in trial.goals else ""
        times = "" if name == OURS else f"{ratio:6.1f} lần {goal}"
        median = statistics.median(own)
        print(f"  {name:26} {median:7.2f} ms CPU {1000 / median:7.0f} văn bản/s {times}")


def verify(output: Path, material: Material, java: peers.Java | None) -> None:
    """What others say of our output."""
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
