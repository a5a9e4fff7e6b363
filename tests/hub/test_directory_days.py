"""A client's directory is right on every day: who can be written to from a day on, and until when,
although nobody changes anything on that day."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from domain.roles import SYSTEM
from models.audit import AuditEntry
from models.hub import DirectoryEntry
from services import audit_chain, outbox
from services.hub import lookup, turning
from services.unit_of_work import transaction
from tests.axis.sdk_client import SdkClient
from tests.conftest import drain
from tests.hub.packages import SECRETS, SON_TINH

SOON, ENDING, LOCKED, ENDED, TODAY = (f"NGAY-{n}" for n in range(1, 6))


@pytest.fixture
def days(office):
    """Agencies whose days are near, entered ten days ago."""
    today, entered = office.today(), office.now() - timedelta(days=10)
    day = timedelta(days=1)
    fields = [
        {"code": SOON, "valid_from": today + day},
        {"code": ENDING, "valid_to": today, "successor_code": SOON},
        {"code": LOCKED, "is_locked": True},
        {"code": ENDED, "valid_to": today - 2 * day, "successor_code": SON_TINH},
        {"code": TODAY, "valid_from": today - day, "valid_to": today + 2 * day},
    ]
    shared = {"name": "Cơ quan", "changed_at": entered, "valid_from": None, "valid_to": None,
              "is_locked": False, "successor_code": "", "version": 1000}  # fmt: skip
    office.session().execute(insert(DirectoryEntry), [shared | each for each in fields])
    office.session().commit()
    turn(office)  # what came before today is told
    return today


def turn(office) -> int:
    with transaction(office, SYSTEM) as work:
        return turning.turn(work)


def deleted(office) -> dict[str, bool]:
    units = {unit.code: unit for unit in lookup.unit_records(office)}
    return {code: units[code].deleted for code in (SOON, ENDING, LOCKED, ENDED, TODAY)}


def versions(office) -> dict[str, int]:
    return {unit.code: unit.version for unit in lookup.unit_records(office)}


def test_each_is_marked_as_it_is_on_the_day(office, days, clock, axis_url):
    now = {SOON: True, ENDING: False, LOCKED: True, ENDED: True, TODAY: False}
    assert deleted(office) == now
    client = SdkClient(axis_url, SON_TINH, SECRETS[SON_TINH])
    listed = {unit["code"]: unit["deleted"] for unit in client.getSynchronizeUnit().items}
    assert {code: listed[code] for code in now} == {c: str(d).lower() for c, d in now.items()}
    assert not {SOON, LOCKED, ENDED} & {each["code"] for each in client.getAgenciesList().items}
    clock.ahead = timedelta(days=1)
    assert deleted(office) == now | {SOON: False, ENDING: True}
    clock.ahead = timedelta(days=3)
    assert deleted(office) == now | {SOON: False, ENDING: True, TODAY: True}


def test_who_asks_for_newer_versions_hears_of_it_on_the_day(office, days, clock):
    before = versions(office)
    assert turn(office) == 0, "once each"
    clock.ahead = timedelta(days=1)
    assert turn(office) == 2
    after = versions(office)
    newest = max(before.values())
    assert {code for code, version in after.items() if version > newest} == {SOON, ENDING}
    told = [record.code for record in lookup.changes(office, newest)]
    assert sorted(told) == [SOON, ENDING]
    entry = office.session().query(AuditEntry).order_by(AuditEntry.sequence.desc()).first()
    assert entry.details == {"change": "day_came", "codes": [SOON, ENDING], "count": 2}
    assert list(audit_chain.verify(office.session())) == []
    clock.ahead = timedelta(days=4)  # also what came while the hub was away
    assert turn(office) == 1
    assert turn(office) == 0


def test_the_job_runs_each_midnight(hub_app, office, days, clock):
    clock.ahead = timedelta(days=1)
    turning.ensure(office)
    turning.ensure(office)
    assert drain(hub_app, kinds={turning.KIND}) == 1
    assert versions(office)[SOON] > 1000
    item = office.session().query(outbox.OutboxItem).filter_by(kind=turning.KIND).one()
    assert item.due_at == turning._midnight(days + timedelta(days=2)) + turning.AFTER_MIDNIGHT
