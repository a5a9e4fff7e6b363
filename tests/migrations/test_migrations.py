"""The migrations make exactly the tables that the models describe, on both kinds of database, and
can be taken back."""

from sqlalchemy import func, select

import migrations
from app import create_app
from config import NodeRole
from demo import province, seed
from domain.roles import SYSTEM
from extensions import db
from models.agencies import Agency
from models.base import Base
from services import incoming, outgoing
from services.unit_of_work import transaction
from tests import databases
from tests.conftest import PASSWORD, find_actor, make_settings
from tests.incoming.arrivals import arrival
from tests.outgoing.drafts import letter


def empty_node(tmp_path):
    folder = tmp_path / "node"
    url = databases.empty(folder)
    settings = make_settings(folder, NodeRole.DISTRICT, "Trống", database_url=url)
    return create_app(settings, wake=lambda queue, item_id: None)


def test_the_migrations_make_the_tables_of_the_models(tmp_path, database):
    app = empty_node(tmp_path)
    migrations.upgrade(app)
    assert not migrations.differences(app)


def test_a_migrated_database_serves_the_office_and_a_second_start_keeps_it(tmp_path, database):
    app = empty_node(tmp_path)
    migrations.upgrade(app)
    with app.app_context():
        office = app.extensions["office"]
        assert seed.seed_people(office, province.SON_TINH, PASSWORD)
    migrations.upgrade(app)
    with app.app_context():
        assert not seed.seed_people(office, province.SON_TINH, PASSWORD)


def test_a_filled_database_goes_through_every_migration_with_all_its_rows(tmp_path, database):
    """Back to the first tables and forth again: SQLite makes tables anew for that, and the rows
    that refer to them must not stand in the way or be lost."""
    app = empty_node(tmp_path)
    migrations.upgrade(app)
    with app.app_context():
        before = filled(app.extensions["office"])
        db.session.remove()
    migrations.downgrade(app, "0001")
    migrations.upgrade(app)
    with app.app_context():
        assert counts(app.extensions["office"]) == before
        assert not migrations.differences(app)


def filled(office) -> dict[str, int]:
    """People, a directory, a line to a hub, a draft, an arrival; gives the number of rows."""
    seed.seed_people(office, province.SON_TINH, PASSWORD)
    seed.seed_directory(office)
    seed.seed_hub_links(office, "http://hub.example/axis", {"000.00.32.H48": "bi-mat"})
    officer = find_actor(office, "st.chuyenvien")
    outgoing.create(office, officer, letter(office, officer))
    with transaction(office, SYSTEM) as work:
        incoming.arrive(work, work.session.get(Agency, officer.agency_id), arrival())
    return counts(office)


def counts(office) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: office.session().scalar(select(func.count()).select_from(table))
        for table in Base.metadata.sorted_tables
    }
