"""`make bench-batches`: two hundred documents signed, then numbered and sealed, each as one batch:
seconds until the last has its result, CPU and SQL statements of one. One process does the jobs one
after the other, as the worker of the queue `signing` does, with SQLite and every file and commit on
disk."""

import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from adapters.signing.demo_ca import DemoCA
from app import create_app
from config import NodeRole, Settings
from demo import province, seed
from domain.roles import Actor
from extensions import db
from jobs import context
from jobs.outbox import run
from models.agencies import Agency, Appointment, Person
from models.base import Base
from models.exchange import OutboxItem, OutboxState
from models.outgoing import OutgoingDocument
from services import batches, outgoing
from services.accounts.sessions import actor_in

PIN = "246810"
CODE = "000.00.32.H48"


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = node(Path(folder))
        with app.app_context():
            office = app.extensions["office"]
            leader, clerk = actor(office, "st.chutich"), actor(office, "st.vanthu")
            drafts = [forwarded(office, leader, number) for number in range(count)]
            form = {"pin": PIN, "unopened": "1"}
            measure(office, leader, "approve", drafts, "to_sign_sha256", form)
            form = {"pin": PIN, "issued_date": office.today().isoformat()}
            measure(office, clerk, "issue", drafts, "signed_sha256", form)


statements: list[str] = []


@event.listens_for(Engine, "before_cursor_execute")
def _note(_connection, _cursor, statement: str, *_rest) -> None:
    statements.append(statement)


def measure(office, who: Actor, action: str, ids: list[int], file: str, form: dict) -> None:
    office.session().expire_all()
    found = {d.id: d for d in office.session().scalars(select(OutgoingDocument))}
    docs = [f"{each}:{getattr(found[each], file)}" for each in ids if getattr(found[each], file)]
    counted, started, begun = len(statements), time.process_time(), time.perf_counter()
    batch_id = batches.start(office, who, action, form | {"docs": docs})
    pressed = time.perf_counter() - begun
    work(office)
    took, used = time.perf_counter() - begun, time.process_time() - started
    asked = len(statements) - counted
    lines = batches.progress(office, who, batch_id).lines
    outcomes = Counter(line.refusal.code if line.refusal else line.outcome for line in lines)
    print(
        f"{action}: {len(ids)} documents, press {pressed:.2f} s, all {took:.1f} s, "
        f"{1000 * took / len(ids):.0f} ms each ({1000 * used / len(ids):.1f} ms CPU,"
        f" {asked / len(ids):.1f} statements), {dict(outcomes)}"
    )


def work(office) -> None:
    @contextmanager
    def open_office():
        yield office

    context.open_office = open_office
    while items := _due(office):
        for item in items:
            run(item)
        office.session().rollback()


def _due(office) -> list[int]:
    query = (
        select(OutboxItem.id)
        .where(
            OutboxItem.state == OutboxState.DUE,
            OutboxItem.due_at <= office.now(),
            OutboxItem.kind.in_(("batch", "sign")),
        )
        .order_by(OutboxItem.due_at, OutboxItem.id)
    )
    return list(office.session().scalars(query))


def forwarded(office, leader: Actor, number: int) -> int:
    """A letter that waits for the leader, through all its steps."""
    officer = actor(office, "st.chuyenvien")
    form = {
        "type_name": "Công văn",
        "subject": f"Về việc báo cáo định kỳ số {number}",
        "body": "Đề nghị các đơn vị báo cáo trước ngày 15 hàng tháng.",
        "recipients": "000.00.31.H48",
        "signer_id": str(leader.appointment_id),
    }
    document_id = outgoing.create(office, officer, form)
    steps = (("st.chuyenvien", "submit"), ("st.truongphong", "agree"), ("st.chanhvp", "forward"))
    for name, action in steps:
        outgoing.perform(office, actor(office, name), document_id, action, {})
    return document_id


def node(folder: Path):
    settings = Settings(
        role=NodeRole.DISTRICT,
        node_name="Sơn Tịnh",
        secret_key="s" * 40,
        node_key=bytes(range(32)),
        data_dir=folder,
        database_url=f"sqlite:///{folder}/vanthu.db",
        redis_url=f"unix://{folder}/queue.sock",
        asset_source="local",
    )
    app = create_app(settings, wake=lambda queue, item_id: None)
    with app.app_context():
        office, data = app.extensions["office"], province.SON_TINH
        Base.metadata.create_all(db.engine)
        seed.seed_people(office, data, "mat-khau-thu")
        seed.seed_directory(office)
        ca = DemoCA.create("CA của cuộc đo", office.now())
        seed.seed_certificates(office, data, ca, PIN)
    return app


def actor(office, username: str) -> Actor:
    query = (
        select(Appointment)
        .join(Appointment.person)
        .join(Appointment.agency)
        .where(Person.username == username, Agency.code == CODE)
    )
    held = office.session().scalars(query).first()
    return actor_in(held.person, held)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
