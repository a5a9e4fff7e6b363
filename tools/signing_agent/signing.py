"""One run: what waits is shown document by document, and what the person agrees to is signed."""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .attributes import Checked, check
from .server import Server
from .token import OnToken, OpenToken, Token
from .troubles import Suspicious, Trouble

ROLES = {"leader": "Chữ ký lãnh đạo", "seal": "Con dấu cơ quan"}
WIDTH = 72


@dataclass(frozen=True)
class Ready:
    """A document prepared, fetched and checked."""

    nonce: str
    document: bytes
    checked: Checked
    certificate: OnToken


@dataclass
class Run:
    """A person at the terminal; `ask`, `ask_pin` and `say` are the terminal's."""

    server: Server
    token: Token
    ask: Callable[[str], str]
    ask_pin: Callable[[str], str]
    say: Callable[[str], None]
    each_time: bool = False  # ask for the PIN before each signature
    signed: int = 0
    failed: int = 0
    _open: OpenToken | None = field(default=None, repr=False)

    def one_by_one(self, tasks: list[dict]) -> None:
        """Shows each, and signs those that the person says yes to."""
        for place, task in enumerate(tasks, 1):
            self.say(f"\n[{place}/{len(tasks)}]")
            try:
                going_on = self._decide(task)
            except Trouble as trouble:
                self._missed(task, trouble)
                continue
            if not going_on:
                break

    def together(self, tasks: list[dict]) -> None:
        """Shows and checks all, then asks once; goes on past a document that fails."""
        ready = {}
        for task in tasks:
            try:
                ready[task["id"]] = self._ready(task)
                self._show(task, ready[task["id"]])
            except Trouble as trouble:
                self._missed(task, trouble)
        if not ready or self.ask(f"\nKý cả {len(ready)} văn bản trên? [c/K] ").lower() != "c":
            return
        for task in (each for each in tasks if each["id"] in ready):
            try:
                # Anew: time has gone by, and the server must ask for the very same document.
                self._sign(task, self._ready(task))
            except Trouble as trouble:
                self._missed(task, trouble)

    def close(self) -> None:
        if self._open is not None:
            self._open.__exit__()
            self._open = None

    def _decide(self, task: dict) -> bool:
        """Whether to go on with the next one."""
        ready = self._ready(task)
        self._show(task, ready)
        while True:
            said = self.ask("[k] ký  [x] xem tệp  [b] bỏ qua  [t] thoát: ").strip().lower()
            if said == "k":
                self._sign(task, ready)
                return True
            if said == "x":
                self.say(f"Tệp: {view(ready.document)}")
            if said in ("b", "t"):
                return said == "b"

    def _ready(self, task: dict) -> Ready:
        """Prepares and fetches; raises Suspicious when the two do not fit what is shown."""
        certificate = self._certificate(task)
        prepared = self.server.prepare(task["id"])
        document = self.server.document(task["id"], prepared["nonce"])
        try:
            attributes = base64.b64decode(prepared["attributes"], validate=True)
        except ValueError:
            raise Suspicious("Không đọc được nội dung phải ký; không ký.") from None
        checked = check(
            attributes, str(prepared["digest_name"]), document, task["input_sha256"],
            certificate.der,
        )  # fmt: skip
        return Ready(prepared["nonce"], document, checked, certificate)

    def _certificate(self, task: dict) -> OnToken:
        for each in self.token.certificates():
            if each.sha256 == task["certificate_sha256"]:
                return each
        raise Trouble("Token đang cắm không có chứng thư đã gắn cho việc ký này.")

    def _show(self, task: dict, ready: Ready) -> None:
        lines = (
            ("Văn bản", task["subject"]),
            ("Số, ký hiệu", task["reference"]),
            ("Ngày văn bản", task["date"]),
            ("Cơ quan", task["agency"]),
            ("Ký với tư cách", ROLES.get(task["role"], task["role"])),
            ("Chứng thư", ready.certificate.name),
            ("SHA-256 văn bản đã duyệt", task["input_sha256"]),
            (f"{ready.checked.digest_name.upper()} tệp sẽ ký", ready.checked.document_digest.hex()),
        )
        self.say("─" * WIDTH)
        for label, text in lines:
            if text:
                self.say(f"{label}: {plain(str(text))}")
        self.say("Đã kiểm tra: nội dung phải ký đúng là tệp trên, bằng chứng thư trên.")

    def _sign(self, task: dict, ready: Ready) -> None:
        signature = self._opened().sign(ready.checked, ready.certificate)
        if self.each_time:
            self.close()
        told = self.server.answer(task["id"], ready.nonce, signature)
        self.signed += 1
        self.say(f"✓ {plain(str(told.get('message', '')))}")

    def _opened(self) -> OpenToken:
        if self._open is None:
            self._open = self.token.open(self.ask_pin("PIN của token: "))
        return self._open

    def _missed(self, task: dict, trouble: Trouble) -> None:
        self.failed += 1
        self.say(f"✗ {plain(str(task['subject']))}: {trouble}")
        if isinstance(trouble, Suspicious):
            self.say("  Hãy báo quản trị viên: máy chủ có thể đã bị can thiệp.")


def plain(text: str) -> str:
    """Text of the server as a terminal may show it: no control characters."""
    return "".join(char if char.isprintable() else " " for char in text)


def view(document: bytes) -> Path:
    """Writes the document for this person alone and opens the PC's viewer, where there is one."""
    with ExitStack() as kept:
        handle, name = tempfile.mkstemp(prefix="vanthu-", suffix=".pdf")
        stream = kept.enter_context(os.fdopen(handle, "wb"))
        stream.write(document)
    if sys.platform == "win32":
        os.startfile(name)  # noqa: S606 a file that was just written, for its viewer
    else:
        opener = "open" if sys.platform == "darwin" else "xdg-open"
        try:
            subprocess.Popen(  # noqa: S603 no shell
                [opener, name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            return Path(name)
    return Path(name)
