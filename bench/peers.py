"""The Java peers of the signing bench: iText 5 and PDFBox 2 of Debian, driven by small programs of
ours (`bench/signing_peers`) that are compiled when the bench runs. Nothing is installed here: what
is missing is named."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

JARS = Path("/usr/share/java")
NEEDED = {
    "itext5.jar": "libitext5-java",
    "pdfbox2.jar": "libpdfbox2-java",
    "fontbox2.jar": "libfontbox2-java",
    "commons-logging.jar": "libcommons-logging-java",
    "bcprov.jar": "libbcprov-java",
    "bcpkix.jar": "libbcpkix-java",
    "bcutil.jar": "libbcutil-java",
}
SOURCES = Path(__file__).parent / "signing_peers"


def missing() -> list[str]:
    """Debian packages without which there are no peers."""
    packages = {package for jar, package in NEEDED.items() if not (JARS / jar).exists()}
    if not (shutil.which("javac") and shutil.which("java")):
        packages.add("default-jdk-headless")
    return sorted(packages)


class Java:
    """The compiled programs, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.path = ":".join([str(folder), *(str(JARS / jar) for jar in NEEDED)])
        sources = sorted(map(str, SOURCES.glob("*.java")))
        command = ["javac", "-nowarn", "-Xlint:none", "-cp", self.path, "-d", str(folder), *sources]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603

    def peer(self, program: str, given: Iterable[str]) -> "Peer":
        return Peer(["java", "-cp", self.path, program, *given])

    def verify(self, files: Iterable[Path]) -> dict[str, str]:
        """What iText and PDFBox say of each file's signatures, by the file's name."""
        command = ["java", "-cp", self.path, "Verify", *map(str, files)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        told = ran.stdout
        rows = [line.split("\t") for line in told.splitlines()]
        return {Path(path).name: f"iText {itext}, PDFBox {pdfbox}" for path, itext, pdfbox in rows}


class Peer:
    """A warm virtual machine that signs when asked."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        self._hear()

    def round(self, documents: int, source: Path, output: Path) -> float:
        """CPU milliseconds of one document, all threads of the machine together."""
        self._process.stdin.write(f"{documents} {source} {output}\n")
        self._process.stdin.flush()
        cpu, _wall = map(int, self._hear().split())
        return cpu / documents / 1e6

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait()

    def _hear(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a peer ended by itself")
        return line
