"""Nodes for tests: the real application on a real database, with the demo province's people.

Services are called with an actor; pages through `sign_in(app, username)`.
"""

import gc
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType

import pytest
from argon2 import PasswordHasher
from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket
from sqlalchemy import select, update
from werkzeug.routing import Rule

from adapters import confinement
from adapters.signing.demo_ca import DemoCA
from adapters.signing.keys import sealed
from app import create_app
from config import NodeRole, Settings
from demo import province, seed
from domain.roles import SYSTEM, Actor
from extensions import db
from jobs import context
from jobs.outbox import do
from models.agencies import Agency, Appointment, Person
from models.base import Base
from models.exchange import OutboxItem, OutboxState
from services.accounts import passwords
from services.office import utc_now
from services.unit_of_work import transaction
from tests import databases

SHARED = Path(__file__).parents[2] / "shared" / "data"
PASSWORD = "mat-khau-thu-nghiem"
PIN = "246810"


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords():
    """Argon2 at its real cost would be most of the suite's time."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def make_settings(folder: Path, role: NodeRole, name: str, **changes) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "role": role,
        "node_name": name,
        "secret_key": "s" * 40,
        "node_key": bytes(range(32)),
        "data_dir": folder,
        "database_url": f"sqlite:///{folder}/vanthu.db",
        "redis_url": f"unix://{folder}/queue.sock",
        "asset_source": "local",
    }
    return Settings(**(values | changes))


@pytest.fixture(autouse=True, scope="session")
def _cheap_signing():
    """Stretching PINs at its real cost, and drawing each seal anew, likewise."""
    sealed.SCRYPT_LOG2_N = 4
    seed.seal_image, seed.signature_image = cache(seed.seal_image), cache(seed.signature_image)


@pytest.fixture(autouse=True, scope="session")
def _cheap_routes():
    """All nodes have the same routes: what builds their addresses is compiled once."""
    compiled, compile_builder = {}, Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True):
        key = (rule.rule, rule.subdomain, str(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = once
    yield
    Rule._compile_builder = compile_builder


class CompiledTemplates(BytecodeCache):
    """All nodes have the same templates, too: each is compiled once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.checksum, bucket.code


class CompiledStatements(dict):
    """And they ask their databases the same: each statement is compiled once for each kind."""

    MOST = 4_000

    def get(self, key: tuple, default: object = None) -> object:
        return super().get(self._known_as(key), default)

    def __setitem__(self, key: tuple, compiled: object) -> None:
        if len(self) >= self.MOST:
            self.clear()
        super().__setitem__(self._known_as(key), compiled)

    def _known_as(self, key: tuple) -> tuple:
        dialect, *rest = key
        return (dialect.name, *rest)


TEMPLATES = CompiledTemplates()
STATEMENTS = CompiledStatements()


@pytest.fixture(autouse=True, scope="session")
def _patience():
    """A machine that is busy with other tests is not the fault of the file that is looked at."""
    confinement.PATIENCE = 12


@pytest.fixture(autouse=True, scope="session")
def _rarer_garbage():
    """Thousands of nodes are made and left: looking through all of them each time is dear."""
    gc.set_threshold(5_000, 10, 10)


class SessionCA:
    """The demo authority of all tests: each holder's key is made once a session."""

    def __init__(self, tells: bool = False) -> None:
        self._ca = DemoCA.create("CA của các bài kiểm tra", utc_now(), tells)
        self.root_der = self._ca.root_der
        self._issued: dict[tuple, bytes] = {}

    def issue_person(self, name: str, **facts) -> bytes:
        return self._once(self._ca.issue_person, name, facts)

    def issue_agency(self, name: str, **facts) -> bytes:
        return self._once(self._ca.issue_agency, name, facts)

    def _once(self, issue, name: str, facts: dict) -> bytes:
        known = (name, *(value for key, value in sorted(facts.items()) if key != "at"))
        if known not in self._issued:
            self._issued[known] = issue(name, **facts)
        return self._issued[known]


@cache
def demo_ca() -> SessionCA:
    return SessionCA()


def make_node(
    folder: Path,
    data: province.DemoNode,
    role=NodeRole.DISTRICT,
    certificates: "bool | SessionCA" = False,
    **options,
):
    """An application with tables and people, on the kind of database the test runs with; with
    `certificates` (True, or an authority) its leaders and agencies can sign (PIN `PIN`). Other
    `options` go to `create_app`."""

    def fill(url: str, template: Path) -> None:
        app = create_app(make_settings(template, role, data.name, database_url=url))
        with app.app_context():
            Base.metadata.create_all(db.engine)
            _seed(app.extensions["office"], data, certificates)
            db.session.remove()
            db.engine.dispose()

    folder.parent.mkdir(parents=True, exist_ok=True)
    codes = ",".join(agency.code for agency in data.agencies)
    url = databases.fresh(folder, f"{role}-{codes}-{certificates}", fill)
    changes = {"database_url": url} | options.pop("settings", {})
    options.setdefault("wake", lambda queue, item_id: None)
    app = create_app(make_settings(folder, role, data.name, **changes), **options)
    app.config["RATELIMIT_ENABLED"] = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context():
        db.engine.update_execution_options(compiled_cache=STATEMENTS)
    return app


def _seed(office, data: province.DemoNode, certificates: "bool | SessionCA") -> None:
    seed.seed_people(office, data, PASSWORD)
    seed.seed_directory(office)
    if certificates:
        ca = demo_ca() if certificates is True else certificates
        seed.seed_certificates(office, data, ca, PIN)


def pytest_collection_modifyitems(config, items):
    """Each test runs on one kind of database, in turns; thoroughly, on every kind."""
    left_out = databases.left_out(items)
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(params=databases.KINDS)
def database(request):
    """Runs the test on each kind of database; every node it makes lives there."""
    if request.param == "postgres" and databases.postgres_problem():
        pytest.skip(databases.postgres_problem())
    databases.current = request.param
    yield request.param
    databases.current = "sqlite"
    databases.give_back()


@pytest.fixture
def node(tmp_path, database):
    """The district node of Sơn Tịnh, in an application context."""
    app = make_node(tmp_path / "sontinh", province.SON_TINH)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def office(node):
    return node.extensions["office"]


@pytest.fixture
def actor(office):
    """`actor("st.vanthu")`: a person in their appointment; `agency` chooses among several."""

    def find(username: str, agency: str = "000.00.32.H48") -> Actor:
        return find_actor(office, username, agency)

    return find


def drain(app, rounds: int = 20, kinds: set[str] | None = None) -> int:
    """Does the background work of a node as its workers would, one item after the other, until
    nothing is due (or `rounds` are over, for work that is due again at once); how many were done.
    A polled hub may stand behind it, so that a whole journey runs in one process."""

    @contextmanager
    def open_office():
        with app.app_context():
            yield app.extensions["office"]

    before, context.open_office, done = context.open_office, open_office, 0
    try:
        for _ in range(rounds):
            due = _due_items(app, kinds)
            for item_id in due:
                do(item_id)
            done += len(due)
            if not due:
                break
    finally:
        context.open_office = before
    return done


def _due_items(app, kinds: set[str] | None) -> list[int]:
    with app.app_context():
        office = app.extensions["office"]
        query = (
            select(OutboxItem.id)
            .where(OutboxItem.state == OutboxState.DUE, OutboxItem.due_at <= office.now())
            .order_by(OutboxItem.priority.desc(), OutboxItem.due_at, OutboxItem.id)
        )
        if kinds is not None:
            query = query.where(OutboxItem.kind.in_(kinds))
        return list(office.session().scalars(query))


def poll_now(app) -> None:
    """Lets the repeating work of a node come round at once, without waiting for its pause."""
    with app.app_context(), transaction(app.extensions["office"], SYSTEM) as work:
        work.session.execute(
            update(OutboxItem)
            .where(OutboxItem.repeat_seconds > 0, OutboxItem.state == OutboxState.DUE)
            .values(due_at=work.now)
        )


def find_actor(office, username: str, agency_code: str | None = None) -> Actor:
    query = (
        select(Appointment)
        .join(Person)
        .join(Agency)
        .where(Person.username == username)
        .order_by(Appointment.id)
    )
    for appointment in office.session().scalars(query):
        if agency_code in (None, appointment.agency.code):
            return Actor(
                name=appointment.person.full_name,
                person_id=appointment.person_id,
                appointment_id=appointment.id,
                agency_id=appointment.agency_id,
                unit_id=appointment.unit_id,
                role=appointment.role,
                position=appointment.title,
                agency_name=appointment.agency.name,
                unit_name=appointment.unit.name,
            )
    raise LookupError(username)
