"""What the directory costs with 120,000 agencies, on SQLite and, where one answers, PostgreSQL:
searches of the node and of the hub's page, the list for the axis. `make bench-directory`."""

import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, insert, text

from adapters.axis import wire
from app import create_app
from config import NodeRole, Settings
from domain.roles import SYSTEM, Actor, Role
from domain.text import fold
from extensions import db
from models.base import Base
from models.hub import DirectoryEntry
from services import directory
from services.hub import accounts, axis
from services.hub import directory as entries
from services.office import utc_now
from services.unit_of_work import transaction

AGENCIES = 120_000
QUERIES = 400
OPERATOR = Actor(name="Đo", agency_id=1, role=Role.OPERATOR)
KINDS = ("Ủy ban nhân dân xã", "Ủy ban nhân dân phường", "Ủy ban nhân dân huyện", "Phòng Nội vụ",
         "Phòng Tài chính Kế hoạch", "Trường Tiểu học", "Trường Trung học cơ sở", "Trạm Y tế xã",
         "Sở Xây dựng", "Ban Quản lý dự án", "Trung tâm Văn hóa", "Hội đồng nhân dân xã",
         "Bệnh viện Đa khoa", "Chi cục Thuế", "Công an xã")  # fmt: skip
SYLLABLES = (  # noqa: SIM905
    "An Ân Ba Bắc Bình Cẩm Châu Chánh Đại Đàm Đông Đức Giang Hà Hải Hành Hậu Hiệp Hòa "
    "Hoàng Hồng Hưng Khánh Kim Lâm Lập Lệ Long Lộc Minh Mỹ Nam Nghĩa Ngọc Nhơn Ninh "
    "Phong Phú Phước Quảng Quế Sơn Tam Tân Tây Thái Thanh Thạnh Thịnh Thọ Thuận "
    "Thượng Tịnh Trà Trung Trường Tú Vạn Vân Vĩnh Xuân Yên"
).split()


def agencies(number: int) -> list[dict]:
    """Invented agencies, always the same ones."""
    chance = random.Random(20261123)  # noqa: S311
    found = []
    for n in range(number):
        code = f"{n % 1000:03d}.{n // 1000 % 100:02d}.{chance.randrange(100):02d}.H{n % 63:02d}.{n}"
        name = f"{chance.choice(KINDS)} {chance.choice(SYLLABLES)} {chance.choice(SYLLABLES)}"
        found.append(
            {"code": code, "name": name, "search_text": fold(f"{code} {name}"), "version": n + 1}
        )
    return found


def queries(rows: list[dict]) -> list[str]:
    """What people type: whole names, a word or two, the beginning of a word, parts of codes; also
    what nearly every agency has."""
    chance = random.Random(1)  # noqa: S311
    typed = ["ủy ban", "xa", "u", "uy ban nhan dan xa", "a b", "truong y te", "khong co ai"]
    while len(typed) < QUERIES:
        row = chance.choice(rows)
        words = row["name"].split()
        typed += [
            row["name"],
            fold(row["name"]),
            " ".join(fold(word) for word in words[-2:]),
            fold(words[-1])[:2] + " " + fold(words[0]),
            ".".join(row["code"].split(".")[:3]),
            row["code"],
        ]
    return typed[:QUERIES]


def measure(url: str, folder: Path) -> None:
    app = create_app(settings(url, folder), wake=lambda queue, item_id: None)
    with app.app_context():
        office = app.extensions["office"]
        Base.metadata.create_all(db.engine)
        rows = agencies(AGENCIES)
        typed = queries(rows)
        session = office.session()
        session.connection(execution_options={"writes": True})
        session.execute(insert(DirectoryEntry), rows)
        session.commit()  # a bench may
        with transaction(office, SYSTEM) as work:
            accounts.add(work, rows[0]["code"], "", "bi-mat")
        del rows
        if db.engine.dialect.name == "postgresql":
            session.execute(text("ANALYZE directory_entry"))
            session.commit()
        tell("search at a node", typed, lambda one: directory.search(office, one))
        tell("page of the hub", typed, lambda one: entries.listing(office, OPERATOR, one, "live"))
        tell("locked of the hub", typed, lambda o: entries.listing(office, OPERATOR, o, "locked"))
        since = time.perf_counter()
        size = len(agencies_list(office))
        taken = time.perf_counter() - since
        tracemalloc.start()
        agencies_list(office)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(
            f"  getAgenciesList: {size / 1e6:.1f} MB in {taken:.2f} s, {peak / 1e6:.0f} MB at most"
        )
        db.session.remove()
        db.engine.dispose()


def agencies_list(office) -> bytes:
    return axis.call(office, "getAgenciesList", signed().get, bytes).content


def signed() -> dict[str, str]:
    system_id = agencies(1)[0]["code"]
    headers = wire.sign_headers({}, system_id, "bi-mat", "application/json", utc_now())
    return dict(headers)


def tell(what: str, typed: list[str], search: Callable[[str], object]) -> None:
    search(typed[0])
    taken = []
    for one in typed:
        since = time.perf_counter()
        search(one)
        taken.append(((time.perf_counter() - since) * 1000, one))
    taken.sort()
    times = [ms for ms, _ in taken]
    median, nearly_all = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"  {what}: p50 {median:.1f} ms, p95 {nearly_all:.1f} ms, longest {times[-1]:.1f} ms")


def settings(url: str, folder: Path) -> Settings:
    return Settings(
        role=NodeRole.HUB,
        node_name="Đo",
        secret_key="s" * 40,
        node_key=bytes(32),
        data_dir=folder,
        database_url=url,
        redis_url=f"unix://{folder}/queue.sock",
    )


def main() -> None:
    print(f"{AGENCIES} agencies, {QUERIES} searches")
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite")
        measure(f"sqlite:///{folder}/bench.db", Path(folder))
    server = sys.argv[1] if len(sys.argv) > 1 else ""
    if not server:
        return
    name = "vanthu_bench_directory"
    base = create_engine(server, isolation_level="AUTOCOMMIT")
    with base.connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
        print("PostgreSQL")
        try:
            measure(server.rsplit("/", 1)[0] + f"/{name}", Path(folder))
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


if __name__ == "__main__":
    main()
