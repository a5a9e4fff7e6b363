"""The demo authority as a process of its own: `python -m demo.running_authority FOLDER PORT`.

It keeps nothing but the root in the province's folder. `kill -STOP` lets it fall silent as a time
authority that is away does, `kill -CONT` brings it back."""

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters.signing.demo_ca import ADDRESS, DemoCA
from demo.authority import AuthorityServer, DemoAuthority
from demo.secrets import load_secrets
from services.office import utc_now

ROOT = Path(__file__).parents[1]
START_SECONDS = 30
PAUSE = 0.1


def certificate_authority(folder: Path) -> DemoCA:
    """The root of the province in this folder, made when there is none. What it issues says where
    its revocation can be asked for, also where an older version made the root."""
    passphrase = load_secrets(folder).ca_passphrase
    path = folder / "demo-ca.p12"
    if path.exists():
        return DemoCA.load(path.read_bytes(), passphrase, tells=True)
    ca = DemoCA.create("CA thử nghiệm tỉnh Quảng Ngãi", utc_now(), tells=True)
    path.touch(mode=0o600)
    path.write_bytes(ca.dump(passphrase))
    return ca


@dataclass
class RunningAuthority:
    """Time stamps, OCSP and revocation lists of a province on one loopback port."""

    folder: Path
    port: int
    process: subprocess.Popen | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a node is told of it, at each start anew: its port may have changed."""
        return {
            "VANTHU_TSA_URL": f"{self.url}/tsa",
            "VANTHU_REVOCATION_SOURCES": f"{ADDRESS}={self.url}",
        }

    def start(self) -> None:
        certificate_authority(self.folder)
        with (self.folder / "authority.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 our own program
                [sys.executable, "-m", __name__, str(self.folder.resolve()), str(self.port)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/crl").status_code == 200:
                    return
            time.sleep(PAUSE)
        log = self.folder / "authority.log"
        raise SystemExit(f"Nơi cấp dấu thời gian thử nghiệm không khởi động được; xem {log}")

    def stop(self) -> None:
        """At once: it keeps nothing, and one that was halted would not hear a request to end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def main() -> None:
    """Serves until the process that started this one is gone."""
    folder, port, parent = Path(sys.argv[1]), int(sys.argv[2]), os.getppid()
    AuthorityServer(DemoAuthority(certificate_authority(folder), utc_now), port).start()
    while os.getppid() == parent:
        time.sleep(1)


if __name__ == "__main__":
    main()
