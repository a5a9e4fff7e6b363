"""What the administrators' page of time stamps costs with 100,000 kept files, on SQLite and, where
one answers, PostgreSQL. `make bench-time-authority`."""

import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, event, insert, text

from app import create_app
from bench.directory import settings
from domain.roles import Actor, Role
from extensions import db
from models.agencies import Agency
from models.base import Base
from models.preservation import Preservation
from models.signing import Signature
from services.office import Office, utc_now
from services.preservation import waiting, watching

FILES, ROUNDS = 100_000, 9
WAITING = 50  # one file in so many still waits
STANDINGS = ("good", "good", "good", "unknown", "revoked")


def rows(number: int) -> tuple[list[dict], list[dict]]:
    """Kept files of one agency, each with two signatures and a document time stamp."""
    now = utc_now()
    kept, signatures = [], []
    for n in range(number):
        sha256, received = f"{n:064x}", n % 3 == 0
        waits = n % WAITING == 0
        kept.append({
            "file_sha256": sha256, "origin": "received" if received else "own", "agency_id": 1,
            "standing": STANDINGS[n % 5], "missing": "tsa-away" if waits else "",
            "archive_sha256": None if received or waits else sha256[::-1],
            "stamped_at": None if waits else now - timedelta(days=n % 2000),
            "stamp_ends": None if waits else now + timedelta(days=n % 1800 - 20),
            "created_at": now, "checked_at": now,
        })  # fmt: skip
        for purpose in ("leader", "seal", "timestamp"):
            source = "claimed" if waits else "timestamp"
            facts = {"purpose": purpose, "time_source": source, "verdict": "valid"}
            signatures.append({
                "file_sha256": sha256, "field": purpose, "kind": "person", "verdict": "valid",
                "facts": facts, "checked_at": now,
            })  # fmt: skip
    return kept, signatures


def measure(url: str, folder: Path) -> None:
    app = create_app(settings(url, folder), wake=lambda queue, item_id: None)
    with app.app_context():
        office = app.extensions["office"]
        Base.metadata.create_all(db.engine)
        session = office.session()
        session.connection(execution_options={"writes": True})
        session.add(Agency(id=1, code="000.00.31.H48", name="Đo", created_at=utc_now()))
        session.flush()
        kept, signatures = rows(FILES)
        session.execute(insert(Preservation), kept)
        session.execute(insert(Signature), signatures)
        session.commit()  # a bench may
        if db.engine.dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
            session.commit()
        print(db.engine.dialect.name)
        page(office)


def page(office: Office) -> None:
    administrator = Actor(name="Đo", agency_id=1, role=Role.ADMINISTRATOR)
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cu, sql, *_: seen.append(sql))
    parts = {
        "levels and ends": lambda: watching.overview(office, administrator),
        "what waits": lambda: waiting.listing(office, administrator, "", 1),
        "what waits, page 50": lambda: waiting.listing(office, administrator, "tsa-away", 50),
    }
    for name, call in parts.items():
        taken = []
        for _ in range(ROUNDS):
            seen.clear()
            begun = time.perf_counter()
            call()
            office.session().rollback()
            taken.append((time.perf_counter() - begun) * 1000)
        asked = sum(sql.startswith("SELECT") for sql in seen)
        print(f"  {name}: {statistics.median(taken):.0f} ms, {asked} statements")


def main() -> None:
    print(f"{FILES} kept files, {3 * FILES} signatures and stamps")
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{folder}/bench.db", Path(folder))
    if len(sys.argv) > 1:
        engine = create_engine(sys.argv[1], isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS vanthu_bench_time WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE vanthu_bench_time"))
        url = engine.url.set(database="vanthu_bench_time").render_as_string(False)
        try:
            with tempfile.TemporaryDirectory() as folder:
                measure(url, Path(folder))
        finally:
            with engine.connect() as connection:
                connection.execute(text("DROP DATABASE vanthu_bench_time WITH (FORCE)"))


if __name__ == "__main__":
    main()
