"""`make demo`: one document's whole journey through the pages of a running province, unattended.

Each step prints its proof; the exit code is 0 only when every step held.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from demo.browser import Refused
from demo.running import Province
from demo.story import Story

FIRST_PORT = 18600


def main() -> int:
    keep = os.environ.get("VANTHU_DEMO_DIR")
    folder = Path(keep or tempfile.mkdtemp(prefix="vanthu-demo-"))
    province = Province(folder, int(os.environ.get("VANTHU_DEMO_PORT", FIRST_PORT)))
    print("Chuẩn bị tỉnh thử nghiệm…", flush=True)
    try:
        province.prepare()
        province.start()
        started = time.monotonic()
        Story(province).tell()
        print(f"Hành trình trọn vẹn trong {time.monotonic() - started:.1f} giây.")
    except Refused as refused:
        print(f"✗ {refused}", file=sys.stderr)
        return 1
    finally:
        province.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
