"""Memory that signing a large file takes: a process of its own signs a small one, then the large
one from disk to disk as the job does (drawn, signed, checked, written, judged by strict pyHanko),
and tells its peak."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from adapters.signing.finishing import finish_update
from adapters.signing.validate import validate_strict
from bench.signing_material import make_material, one_page, readier, scans

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FILES = ((50, 316), (50, 1414))  # pages and points of a side: 5 MB, 100 MB
MEGABYTE = 1e6
JUDGED = {True: "", False: ", không kể lần kiểm tra cuối"}


def main() -> None:
    for pages, side in FILES:
        for judges in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                Path(folder, "large.pdf").write_bytes(scans(pages, side))
                command = [sys.executable, "-m", "bench.signing_memory", folder]
                ran = subprocess.run(  # noqa: S603 this very module
                    [*command, *(["judge"] if judges else [])],
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
            size, before, peak, verdict = ran.stdout.split()
            used = float(peak) - float(before)
            print(
                f"  bộ nhớ, tệp {size} MB{JUDGED[judges]}: thêm {used:.0f} MB trên"
                f" {float(before):.0f} MB lúc nghỉ {verdict}"
            )


def child(folder: Path, judges: bool) -> None:
    small, large = folder / "small.pdf", folder / "large.pdf"
    small.write_bytes(one_page())
    material = make_material(folder)
    key = material.key()
    ready = readier(key, material.seal, material.font)

    def sign(source: Path) -> str:
        output = source.with_suffix(".signed")
        data = source.read_bytes()
        tail = finish_update(ready(data), key)
        with output.open("wb") as stream:
            stream.writelines((data, tail))
        del data, tail
        if not judges:
            return "-"
        with output.open("rb") as stream:
            return str(validate_strict(stream, [material.root]).verdict)

    sign(small)
    CLEAR.write_text("5")  # the peak begins anew
    before = megabytes("VmRSS")
    verdict = sign(large)
    print(round(large.stat().st_size / MEGABYTE), before, megabytes("VmHWM"), verdict)


def megabytes(what: str) -> float:
    return int(re.search(rf"^{what}:\s+(\d+)", STATUS.read_text(), re.M)[1]) * 1024 / MEGABYTE


if __name__ == "__main__":
    if sys.argv[1:]:
        child(Path(sys.argv[1]), "judge" in sys.argv)
    else:
        main()
