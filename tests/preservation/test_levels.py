"""What level a file has reached: by the rule, and counted in SQL, which says the same."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.preservation import Kept, Level, level, lowest
from domain.roles import SYSTEM
from models.preservation import Origin, Preservation
from models.signing import Signature
from services.preservation import levels
from services.unit_of_work import transaction

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
AHEAD, GONE = NOW + timedelta(days=900), NOW - timedelta(days=1)


def signature(time="timestamp", revocation="good", verdict="valid", purpose="leader") -> dict:
    return {
        "time_source": time,
        "revocation": revocation,
        "verdict": verdict,
        "purpose": purpose,
    }


STAMPED, CLAIMED = signature(), signature(time="claimed")


@pytest.mark.parametrize(
    ("signatures", "kept", "reached"),
    [
        ([], None, None),
        ([signature(verdict="modified")], Kept(NOW, AHEAD, "good", True), None),
        ([STAMPED, signature(verdict="broken")], None, None),
        ([CLAIMED], None, Level.B),
        ([STAMPED, CLAIMED], None, Level.B),
        ([STAMPED, signature(revocation="unknown")], None, Level.T),
        ([STAMPED], None, Level.LT),
        ([STAMPED], Kept(), Level.T),  # what the authority's own certificate is worth is not known
        ([CLAIMED], Kept(standing="good"), Level.B),  # evidence alone proves no time
        ([STAMPED], Kept(standing="good"), Level.LT),
        ([CLAIMED], Kept(NOW, AHEAD, "good"), Level.LT),
        ([CLAIMED], Kept(NOW, AHEAD, "revoked"), Level.LT),
        ([CLAIMED], Kept(NOW, AHEAD, "unknown"), Level.T),
        ([CLAIMED], Kept(NOW, AHEAD, "unknown", True), Level.T),
        ([CLAIMED], Kept(NOW, AHEAD, "good", True), Level.LTA),
        ([CLAIMED], Kept(NOW, GONE, "good", True), Level.B),
        ([STAMPED], Kept(NOW, GONE, "good", True), Level.T),
        ([CLAIMED], Kept(NOW, AHEAD, "good", is_alone=True, is_whole=True), Level.LTA),
        ([CLAIMED], Kept(NOW, AHEAD, "good", is_alone=True), Level.LT),
        ([CLAIMED], Kept(NOW, AHEAD, "good", is_whole=True), Level.LT),
        ([CLAIMED], Kept(NOW, GONE, "good", is_alone=True, is_whole=True), Level.B),
        ([CLAIMED], Kept(NOW, AHEAD, "unknown", is_alone=True, is_whole=True), Level.T),
        ([CLAIMED, signature(purpose="timestamp", verdict="untrusted")], None, Level.B),
    ],
)
def test_the_level_is_what_can_be_proven_and_no_more(signatures, kept, reached):
    assert level(signatures, kept, NOW) == reached


def test_a_document_is_kept_as_well_as_the_worst_of_its_files():
    assert lowest([Level.LTA, Level.T, Level.LT]) == Level.T
    assert lowest([Level.LTA, None]) is None
    assert lowest([]) is None


def test_counted_in_sql_every_file_has_the_level_of_the_rule(node):
    office = node.extensions["office"]
    expected = dict.fromkeys(Level, 0)
    ends = (None, NOW + timedelta(days=9000), NOW - timedelta(days=9000))
    with transaction(office, SYSTEM) as work:
        cases = product(
            ("timestamp", "claimed"), ("valid", "untrusted", "broken"), ends,
            ("good", "revoked", "unknown"), (None, "a" * 64), Origin, ("leader", "detached"),
            ("", "tsa-away"),
        )  # fmt: skip
        for number, each in enumerate(cases):
            time, verdict, end, standing, archive, origin, purpose, missing = each
            sha256 = f"{number:064x}"
            facts = signature(time=time, verdict=verdict, purpose=purpose)
            row = Preservation(
                file_sha256=sha256, origin=origin, agency_id=1, standing=standing,
                missing=missing, stamped_at=NOW if end else None, stamp_ends=end,
                archive_sha256=archive, created_at=NOW,
            )  # fmt: skip
            own = Signature(
                file_sha256=sha256, kind="person", verdict=verdict, facts=facts, checked_at=NOW
            )
            work.session.add_all([row, own])
            reached = level([facts], levels.kept(row, [facts]), office.now())
            if reached:
                expected[reached] += 1
    assert min(expected.values()) > 0
    assert levels.counts(office, 1) == expected
    assert sum(levels.counts(office, 2).values()) == 0
