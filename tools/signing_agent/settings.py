"""Where the PC keeps its pairing: one file in the person's own folder, readable by nobody else. It
holds the secret of this pairing, never a PIN."""

import json
import os
import stat
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from .troubles import Trouble

NAME = "settings.json"


@dataclass(frozen=True)
class Settings:
    """One pairing. `authorities`: a file of certificates to trust beside the system's; `module`:
    the PKCS#11 library of the token; `token`: its label, empty for the only one there is."""

    server: str
    secret: str
    module: str
    token: str = ""
    authorities: str = ""

    def __repr__(self) -> str:
        return f"Settings({self.server})"


def folder() -> Path:
    base = os.environ.get("APPDATA") if sys.platform == "win32" else None
    base = base or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "vanthu-signing-agent"


def load() -> Settings:
    """The pairing; Trouble if there is none, or if others could read it."""
    path = folder() / NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise Trouble(
            "Máy này chưa ghép. Hãy chạy: python -m signing_agent pair ĐỊA-CHỈ-MÁY-CHỦ"
        ) from None
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Trouble(f"Người khác đọc được {path}. Hãy chạy: chmod 600, rồi ghép lại máy này.")
    try:
        return Settings(**json.loads(text))
    except (ValueError, TypeError):
        raise Trouble(f"Tệp {path} bị hỏng. Hãy ghép lại máy này.") from None


def save(settings: Settings) -> Path:
    """Writes the pairing so that only this person can read it, from its first byte on."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / NAME
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(asdict(settings), stream)
    os.replace(fresh, path)
    return path


def forget() -> bool:
    """Removes the pairing from this PC; whether there was one."""
    try:
        (folder() / NAME).unlink()
    except FileNotFoundError:
        return False
    return True
