"""A hub behind gunicorn with our settings, as it is deployed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import Settings

ROOT = Path(__file__).parents[2]


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the axis, while it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "VANTHU_ROLE": str(settings.role),
        "VANTHU_NODE_NAME": settings.node_name,
        "VANTHU_SECRET_KEY": settings.secret_key,
        "VANTHU_NODE_KEY": settings.node_key.hex(),
        "VANTHU_DATA_DIR": str(settings.data_dir),
        "VANTHU_DATABASE_URL": settings.database_url,
        "VANTHU_MAX_PACKAGE_MB": str(settings.max_package // 1024 // 1024),
        "VANTHU_BIND": f"127.0.0.1:{port}",
    }
    # One asked to end while it begins may not hear it; nobody here waits the usual 20 s for that.
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    command += ["--graceful-timeout", "3"]
    path = settings.data_dir / "web.log"
    with path.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(port, process, path)
            yield f"http://127.0.0.1:{port}/axis"
        finally:
            process.terminate()
            process.wait(60)


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
