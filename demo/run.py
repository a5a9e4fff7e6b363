"""`make run`: a small province on this machine, until Ctrl-C."""

import os
import signal
import sys
import time
from pathlib import Path

from blueprints.words import sentence
from demo.nodes import ROOT
from demo.people import accounts_of, main_accounts
from demo.running import FIRST_PORT, Province
from domain.errors import Refusal

DEFAULT_FOLDER = ROOT / "data"
WATCH_SECONDS = 1.0
AUTHORITY = "VANTHU_DEMO_AUTHORITY"


def describe(province: Province) -> str:
    lines = ["", "Tỉnh thử nghiệm đang chạy:"]
    lines += [f"  {node.data.name:<34} {node.url}" for node in province.nodes]
    lines += authority_lines(province)
    lines += ["", "Tài khoản chính (đủ cho cả hành trình):", *main_accounts()]
    lines += [
        "",
        f"  Mật khẩu của mọi tài khoản: {province.secrets.password}",
        f"  PIN của mọi khóa ký:        {province.secrets.pin}",
        f"  Danh sách đầy đủ:           {province.folder / 'accounts.txt'}",
        "",
        "Bấm Ctrl-C để dừng tất cả; lần chạy sau dữ liệu vẫn còn.",
    ]
    return "\n".join(lines)


def authority_lines(province: Province) -> list[str]:
    authority = province.authority
    lines = [f"  {'Dấu thời gian, OCSP, CRL':<34} {authority.url}"]
    if authority.process is None:
        lines += [f"    đang vắng ({AUTHORITY}=0): chữ ký được tạo không kèm dấu thời gian;"]
        return [*lines, "    lần chạy có nơi cấp dấu thời gian sẽ bổ sung."]
    halt, resume = (f"kill -{name} {authority.process.pid}" for name in ("STOP", "CONT"))
    return [*lines, f"    thử khi nơi cấp vắng: {halt}; cho trở lại: {resume}"]


def write_accounts(province: Province) -> None:
    path = province.folder / "accounts.txt"
    path.touch(mode=0o600)
    lines = [f"Mật khẩu: {province.secrets.password}", f"PIN: {province.secrets.pin}"]
    for node in province.nodes:
        lines += ["", f"{node.data.name}  {node.url}", *accounts_of(node.data)]
    path.write_text("\n".join(lines) + "\n")


def _stop_on_signal(*_args) -> None:
    raise KeyboardInterrupt


def main() -> None:
    folder = Path(os.environ.get("VANTHU_DEMO_DIR", DEFAULT_FOLDER))
    port = int(os.environ.get("VANTHU_DEMO_PORT", FIRST_PORT))
    signal.signal(signal.SIGTERM, _stop_on_signal)
    province = Province(folder, port)
    print("Đang chuẩn bị tỉnh thử nghiệm (lần đầu mất khoảng nửa phút)…", flush=True)
    try:
        province.prepare()
        province.start(authority_away=os.environ.get(AUTHORITY, "1") == "0")
        write_accounts(province)
        print(describe(province), flush=True)
        while True:
            time.sleep(WATCH_SECONDS)
            for node in province.nodes:
                node.keep_queue()
    except Refusal as refusal:
        print(sentence(refusal), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nĐang dừng…", flush=True)
    finally:
        province.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()
