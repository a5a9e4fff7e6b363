"""One run: what waits is shown document by document, with every file of it, and what the person
agrees to is signed. What cannot be signed does not keep the rest; a token that is pulled out ends
the run, and what was signed by then stays signed."""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from .attributes import Checked, check
from .server import Server
from .token import OnToken, OpenToken, Token
from .troubles import Ending, Other, Removed, Suspicious, Trouble

ROLES = {
    "leader": "Chữ ký lãnh đạo",
    "seal": "Con dấu cơ quan",
    "copy": "Chữ ký cơ quan trên bản sao",
}
WIDTH = 72
VIEWED = {
    ".pdf", ".txt", ".csv", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".png", ".jpg", ".jpeg",
    ".tif", ".tiff",
}  # fmt: skip
FRESH = 5 * 60  # seconds; the server takes what it prepared for ten minutes


@dataclass(frozen=True)
class File:
    """One file of a document, fetched and checked. Its bytes are kept only to be looked at."""

    part: int
    name: str
    pages: int
    sha256: str
    checked: Checked


@dataclass(frozen=True)
class Ready:
    """A document prepared: its files, those that the server could not prepare, and since when."""

    nonce: str
    files: list[File]
    refused: list[str]
    certificate: OnToken
    at: float

    @property
    def shown(self) -> list[tuple[int, str, str]]:
        return [(each.part, each.name, each.sha256) for each in self.files]


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
            except Ending as trouble:
                return self._ended(trouble, tasks[place - 1 :])
            except Trouble as trouble:
                self._missed(task, trouble)
                continue
            if not going_on:
                break
        return None

    def together(self, tasks: list[dict]) -> None:
        """Shows and checks all, then asks once; goes on past a document that fails."""
        ready: dict[int, Ready] = {}
        for place, task in enumerate(tasks):
            self.say(f"\n[{place + 1}/{len(tasks)}]")
            try:
                ready[place] = self._ready(task)
                self._show(task, ready[place])
            except Ending as trouble:
                return self._ended(trouble, tasks)
            except Trouble as trouble:
                self._missed(task, trouble)
        files = sum(len(each.files) for each in ready.values())
        question = f"\nKý cả {len(ready)} văn bản trên ({files} tệp)? [c/K] "
        if not ready or self.ask(question).strip().lower() != "c":
            return None
        return self._all([(tasks[place], each) for place, each in ready.items()])

    def close(self) -> None:
        if self._open is not None:
            self._open.__exit__()
            self._open = None

    def _all(self, agreed: list[tuple[dict, Ready]]) -> None:
        for place, (task, ready) in enumerate(agreed):
            left = [each for each, _ready in agreed[place:]]
            try:
                self._sign(task, self._still(task, ready))
            except Ending as trouble:
                return self._ended(trouble, left)
            except KeyboardInterrupt:
                return self._stopped(left)
            except Trouble as trouble:
                self._missed(task, trouble)
        return None

    def _still(self, task: dict, ready: Ready) -> Ready:
        """What was shown, prepared anew if time has gone by: it must be the very same files."""
        if time.monotonic() - ready.at < FRESH:
            return ready
        anew = self._ready(task)
        if anew.shown != ready.shown:
            raise Suspicious("Máy chủ đòi ký tệp khác với tệp đã hiện; không ký.")
        return anew

    def _decide(self, task: dict) -> bool:
        """Whether to go on with the next one."""
        ready = self._ready(task)
        self._show(task, ready)
        while True:
            said = self.ask("[k] ký  [x] xem tệp  [b] bỏ qua  [t] thoát: ").strip().lower()
            if said == "k":
                self._sign(task, self._still(task, ready))
                return True
            if said == "x":
                self._view(task, ready)
            if said in ("b", "t"):
                return said == "b"

    def _ready(self, task: dict) -> Ready:
        """Prepares and fetches; raises Suspicious when what came does not fit what is shown."""
        certificate = self._certificate(task)
        prepared = self.server.prepare(task)
        try:
            nonce = str(prepared["nonce"])
            files = [self._file(task, nonce, each, certificate) for each in prepared["files"]]
            refused = [f"{each['name']}: {each['message']}" for each in prepared["refused"]]
        except (KeyError, TypeError):
            raise Trouble("Máy chủ và chương trình này khác bản. Hãy chép bản mới.") from None
        return Ready(nonce, files, refused, certificate, time.monotonic())

    def _file(self, task: dict, nonce: str, said: dict, certificate: OnToken) -> File:
        part, sha256 = int(said["part"]), str(said["input_sha256"])
        # The document itself is what the task names; the certificate authority's rules are ours.
        if part == 0 and task["kind"] == "document" and sha256 != task["input_sha256"]:
            raise Suspicious("Máy chủ đòi ký tệp khác với văn bản đã duyệt; không ký.")
        document = self.server.document(task, part, nonce)
        try:
            attributes = base64.b64decode(said["attributes"], validate=True)
        except ValueError:
            raise Suspicious("Không đọc được nội dung phải ký; không ký.") from None
        checked = check(
            attributes, str(said["digest_name"]), document, sha256, certificate.der,
            beside=bool(said["beside"]),
        )  # fmt: skip
        return File(part, str(said["name"]), int(said["pages"]), sha256, checked)

    def _certificate(self, task: dict) -> OnToken:
        for each in self.token.certificates():
            if each.sha256 == task["certificate_sha256"]:
                return each
        raise Other("Token đang cắm không có chứng thư đã gắn cho việc ký này.")

    def _show(self, task: dict, ready: Ready) -> None:
        lines = (
            ("Văn bản", task["subject"]),
            ("Số, ký hiệu", task["reference"]),
            ("Ngày văn bản", task["date"]),
            ("Cơ quan", task["agency"]),
            ("Ký với tư cách", ROLES.get(task["role"], task["role"])),
            ("Chứng thư", ready.certificate.name),
        )
        self.say("─" * WIDTH)
        self._tell(lines)
        for file in ready.files:
            self._show_file(file)
        for line in ready.refused:
            self.say(f"✗ Chưa ký được: {plain(line)}")
        self.say("Đã kiểm tra: nội dung phải ký đúng là tệp trên, bằng chứng thư trên.")

    def _show_file(self, file: File) -> None:
        name = file.name or "văn bản chính"
        manner = ", chữ ký ở tệp .p7s đi kèm" if file.checked.beside else ""
        pages = f" ({file.pages} trang)" if file.pages else ""
        self.say(f"Tệp {file.part + 1}: {plain(name)}{pages}{manner}")
        kind = file.checked.digest_name.upper()
        lines = (
            ("  SHA-256 tệp đã duyệt", file.sha256),
            (f"  {kind} tệp sẽ ký", file.checked.document_digest.hex()),
        )
        self._tell(lines)

    def _tell(self, lines: tuple[tuple[str, object], ...]) -> None:
        for label, text in lines:
            if text:
                self.say(f"{label}: {plain(str(text))}")

    def _view(self, task: dict, ready: Ready) -> None:
        for file in ready.files:
            document = self.server.document(task, file.part, ready.nonce)
            self.say(f"Tệp: {view(document, ending_of(file))}")

    def _sign(self, task: dict, ready: Ready) -> None:
        """Signs file by file; one that fails does not keep the others."""
        missed: list[Trouble] = [Trouble(line) for line in ready.refused]
        said = ""
        for file in ready.files:
            try:
                signature = self._opened().sign(file.checked, ready.certificate)
                answer = self.server.answer(task, file.part, ready.nonce, signature)
                said = str(answer.get("message", ""))
            except Ending:
                raise
            except Trouble as trouble:
                missed.append(trouble)
        if self.each_time:
            self.close()
        if missed:
            done = len(ready.files) + len(ready.refused) - len(missed)
            self.say(f"  Đã ký {done} trên {done + len(missed)} tệp của văn bản này.")
            raise missed[0]
        self.signed += 1
        self.say(f"✓ {plain(str(task['subject']))}: {plain(said)}")

    def _opened(self) -> OpenToken:
        if self._open is None:
            self._open = self.token.open(self.ask_pin("PIN của token: "))
        return self._open

    def _missed(self, task: dict, trouble: Trouble) -> None:
        self.failed += 1
        self.say(f"✗ {plain(str(task['subject']))}: {plain(str(trouble))}")
        if isinstance(trouble, Suspicious):
            self.say("  Hãy báo quản trị viên: máy chủ có thể đã bị can thiệp.")
        if trouble.code:
            self.server.trouble(trouble.code, [task])

    def _ended(self, trouble: Ending, left: list[dict]) -> None:
        """Nothing more can be signed: what is done stays done, what is left goes on waiting."""
        self.failed += len(left)
        if isinstance(trouble, Removed):
            self.say(f"✗ Rút thẻ giữa chừng: đã ký {self.signed} văn bản, {len(left)} vẫn chờ.")
            self.say("  Hãy cắm lại token rồi chạy lại lệnh này; không phải ký lại phần đã xong.")
        else:
            self.say(f"✗ {plain(str(trouble))}")
            self.say(f"  {len(left)} văn bản vẫn chờ.")
        self.server.trouble(trouble.code, left)

    def _stopped(self, left: list[dict]) -> None:
        self.failed += len(left)
        self.say(f"\nĐã dừng: đã ký {self.signed} văn bản, {len(left)} vẫn chờ.")
        self.server.trouble("own-token-stopped", left)


def plain(text: str) -> str:
    """Text of the server as a terminal may show it: no control characters."""
    return "".join(char if char.isprintable() else " " for char in text)


def ending_of(file: File) -> str:
    """What a file is saved as: what comes by another name is never opened as a program."""
    ending = Path(file.name).suffix.lower() if file.part else ".pdf"
    return ending if ending in VIEWED else ".bin"


def view(document: bytes, ending: str) -> Path:
    """Writes the document for this person alone and opens the PC's viewer, where there is one."""
    with ExitStack() as kept:
        handle, name = tempfile.mkstemp(prefix="vanthu-", suffix=ending)
        stream = kept.enter_context(os.fdopen(handle, "wb"))
        stream.write(document)
    if ending not in VIEWED:
        return Path(name)
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
