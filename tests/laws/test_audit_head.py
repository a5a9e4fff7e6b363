"""The head of the audit chain is read once in a transaction; a savepoint that is undone takes its
entries with it."""

import contextlib

import pytest
from sqlalchemy import event

from domain.roles import SYSTEM
from extensions import db
from services.audit_chain import verify
from services.unit_of_work import transaction


@pytest.fixture
def asked(office):
    """Statements that ask for the head."""
    found = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if "audit_head" in statement and statement.startswith("SELECT"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_many_entries_of_one_transaction_ask_once(office, asked):
    for _ in range(2):
        with transaction(office, SYSTEM) as work:
            for _ in range(5):
                work.audit("hub:calls")
    assert len(asked) == 2
    assert list(verify(office.session())) == []


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("is_undone", [True, False])
def test_entries_in_a_savepoint_that_is_undone_leave_no_gap(office, before, is_undone):
    with transaction(office, SYSTEM) as work:
        for _ in range(before):
            work.audit("hub:calls")
        with contextlib.suppress(ZeroDivisionError), work.session.begin_nested():
            work.audit("hub:calls")
            work.audit("hub:calls")
            if is_undone:
                raise ZeroDivisionError
        work.audit("hub:calls")
    with transaction(office, SYSTEM) as work:
        work.audit("hub:calls")
    assert list(verify(office.session())) == []


def test_a_transaction_that_fails_leaves_nothing_known(office):
    for _ in range(2):
        with contextlib.suppress(ZeroDivisionError), transaction(office, SYSTEM) as work:
            work.audit("hub:calls")
            raise ZeroDivisionError
        with transaction(office, SYSTEM) as work:
            work.audit("hub:calls")
    assert list(verify(office.session())) == []
