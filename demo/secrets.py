"""Generated secrets of a demo province: made at the first start, kept in its data folder with
mode 600, never in the repository."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from demo.province import DISTRICTS, HUB

WORDS = ("song", "nui", "lua", "bien", "que", "tre", "sen", "dua", "gao", "tra", "mia", "cau")


@dataclass
class DemoSecrets:
    """Password of all accounts, PIN of all signing keys, keys of the nodes, secrets of the axis."""

    password: str
    pin: str
    ca_passphrase: str
    secret_keys: dict[str, str] = field(default_factory=dict)
    node_keys: dict[str, str] = field(default_factory=dict)
    hub_secrets: dict[str, str] = field(default_factory=dict)


def load_secrets(folder: Path) -> DemoSecrets:
    """Those of this province, made when there are none."""
    path = folder / "secrets.json"
    if path.exists():
        return DemoSecrets(**json.loads(path.read_text()))
    made = _make()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(made), file, indent=2)
    return made


def _make() -> DemoSecrets:
    nodes = (HUB, *DISTRICTS)
    return DemoSecrets(
        password="-".join(secrets.choice(WORDS) for _ in range(3))
        + f"-{secrets.randbelow(90) + 10}",
        pin=f"{secrets.randbelow(900000) + 100000}",
        ca_passphrase=secrets.token_hex(16),
        secret_keys={node.key: secrets.token_hex(32) for node in nodes},
        node_keys={node.key: secrets.token_hex(32) for node in nodes},
        hub_secrets={a.code: secrets.token_hex(24) for node in DISTRICTS for a in node.agencies},
    )
