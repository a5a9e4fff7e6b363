"""Word drafts turned into PDF by LibreOffice, where it is installed. Each run has its own profile,
with macros and links to other places switched off, and is ended with all its children in time."""

import io
import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from pathlib import Path

from domain.errors import Invalid, Unavailable

MAX_UNPACKED = 300 * 1024 * 1024  # bytes: a Word file is a zip and may be a bomb
_PROGRAMS = ("soffice", "libreoffice")
_NO_MACROS_NO_LINKS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def available() -> bool:
    """Whether Word files can be converted on this machine."""
    return _program() is not None


def to_pdf(docx: bytes, timeout: float = 60) -> bytes:
    """The PDF of a .docx file; takes seconds, so it belongs in a job.

    Raises Unavailable("word-converter-missing"), Invalid("word-broken") for what is no Word file or
    cannot be laid out, Invalid("word-too-slow", seconds) when `timeout` seconds did not suffice.
    """
    program = _program()
    if program is None:
        raise Unavailable("word-converter-missing")
    _check(docx)
    with tempfile.TemporaryDirectory(prefix="vanthu-word-") as folder:
        work = Path(folder)
        _prepare(work, docx)
        _run(_command(program, work), work, timeout)
        try:
            return (work / "draft.pdf").read_bytes()
        except FileNotFoundError:
            raise Invalid("word-broken") from None


def _program() -> str | None:
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def _check(docx: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            sizes = {item.filename: item.file_size for item in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Invalid("word-broken") from error
    if "word/document.xml" not in sizes or sum(sizes.values()) > MAX_UNPACKED:
        raise Invalid("word-broken")


def _prepare(work: Path, docx: bytes) -> None:
    (work / "draft.docx").write_bytes(docx)
    profile = work / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(_NO_MACROS_NO_LINKS)


def _command(program: str, work: Path) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(work / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault"),
        *("--convert-to", "pdf:writer_pdf_Export", "--outdir", str(work)),
        str(work / "draft.docx"),
    ]


def _run(command: list[str], work: Path, timeout: float) -> None:
    surroundings = {"PATH": os.environ.get("PATH", ""), "HOME": str(work), "LANG": "C.UTF-8"}
    process = subprocess.Popen(  # noqa: S603 (no shell; every argument is ours)
        command,
        cwd=work,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise Invalid("word-too-slow", seconds=timeout) from None
    finally:
        if process.poll() is None:  # soffice starts soffice.bin: end the whole group
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
