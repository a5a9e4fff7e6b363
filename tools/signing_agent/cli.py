"""The commands: pair this PC, list and sign what waits, forget the pairing."""

import argparse
import getpass
import platform
import sys

from . import settings
from .server import Server, checked
from .settings import Settings
from .signing import Run, plain
from .token import Token
from .troubles import Absent, Trouble


def main(arguments: list[str] | None = None) -> int:
    """Gives the exit status: 0 when all went well, 1 after a trouble."""
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.act(chosen)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nĐã thôi.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="signing-agent",
        description="Ký bằng token cá nhân những văn bản đang chờ trên Vanthu.",
    )
    commands = parser.add_subparsers(required=True, metavar="lệnh")
    pair = commands.add_parser("pair", help="ghép máy này bằng mã lấy ở trang Token cá nhân")
    pair.add_argument("server", help="địa chỉ máy chủ, ví dụ https://vanthu.example.vn")
    pair.add_argument("--module", required=True, help="thư viện PKCS#11 của token (.so, .dll)")
    pair.add_argument("--token", default="", help="nhãn của token, khi có nhiều token")
    pair.add_argument("--ca", default="", help="tệp chứng thư của máy chủ nội bộ (PEM)")
    pair.add_argument("--name", default=platform.node(), help="tên gọi của máy này")
    pair.set_defaults(act=_pair)
    listing = commands.add_parser("list", help="xem những văn bản đang chờ token")
    listing.set_defaults(act=_list)
    sign = commands.add_parser("sign", help="xem từng văn bản rồi ký")
    sign.add_argument("--all", action="store_true", help="xem tất cả rồi hỏi một lần")
    sign.add_argument("--batch", type=int, default=0, metavar="SỐ", help="chỉ lần duyệt này")
    sign.add_argument("--pin-each", action="store_true", help="hỏi PIN cho từng văn bản")
    sign.set_defaults(act=_sign)
    forget = commands.add_parser("forget", help="xóa việc ghép khỏi máy này")
    forget.set_defaults(act=_forget)
    return parser


def _pair(chosen: argparse.Namespace) -> int:
    certificates = Token(chosen.module, chosen.token).certificates()
    for each in certificates:
        print(f"Chứng thư trong token: {plain(each.name)}")
    address = checked(chosen.server)
    code = input("Mã ghép (ở trang Token cá nhân, có hiệu lực 10 phút): ")
    server = Server(address, authorities=chosen.ca)
    told = server.pair(code, chosen.name, [each.der for each in certificates])
    place = settings.save(
        Settings(address, str(told["secret"]), chosen.module, chosen.token, chosen.ca)
    )
    print(f"Đã ghép máy này cho {plain(str(told['person']))}; lưu ở {place}.")
    for line in told.get("certificates", ()):
        print(plain(str(line)))
    return 0


def _list(_chosen: argparse.Namespace) -> int:
    told = Server.of(settings.load()).tasks()
    for task in told["tasks"]:
        files = f" ({task['files']} tệp)" if task["files"] > 1 else ""
        batch = f" [lần duyệt {task['batch']}]" if task["batch"] else ""
        print(
            f"- {plain(task['reference'] or 'chưa có số')}: {plain(task['subject'])}{files}{batch}"
        )
    if not told["tasks"]:
        print("Không có văn bản nào chờ token.")
    return 0


def _sign(chosen: argparse.Namespace) -> int:
    kept = settings.load()
    server = Server.of(kept)
    tasks = [each for each in server.tasks()["tasks"] if chosen.batch in (0, each["batch"])]
    if not tasks:
        print("Không có văn bản nào chờ token.")
        return 0
    try:
        token = Token(kept.module, kept.token)
    except Absent as trouble:
        server.trouble(trouble.code, tasks)
        raise
    run = Run(server, token, input, getpass.getpass, print, each_time=chosen.pin_each)
    try:
        (run.together if chosen.all or chosen.batch else run.one_by_one)(tasks)
    finally:
        run.close()
    print(f"\nĐã ký {run.signed} văn bản; {run.failed} không ký được.")
    return 1 if run.failed else 0


def _forget(_chosen: argparse.Namespace) -> int:
    gone = settings.forget()
    print("Đã xóa việc ghép khỏi máy này." if gone else "Máy này chưa ghép.")
    print("Hãy thu hồi máy này cả ở trang Token cá nhân.")
    return 0
