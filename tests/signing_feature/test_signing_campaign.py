"""The campaign of deaths in small: the same people, workers, killer and auditor, a few points.
`make campaign-signing` is the large one."""

import pytest

from bench.signing_campaign.__main__ import run
from bench.signing_campaign.points import EFFECTS, OF_KIND

pytestmark = pytest.mark.crash
DEATHS = 4


def test_a_handful_of_deaths_loses_doubles_and_breaks_nothing(tmp_path):
    facts = run(tmp_path, points=DEATHS, seed=7, at_once=4)
    assert facts["faults"] == {}, facts["first"]
    assert sum(facts["deaths"].values()) >= DEATHS
    looked_at = facts["counts"]
    assert looked_at["documents"] >= 2
    assert looked_at["copies signed"] + looked_at.get("copies on paper", 0) >= 2
    assert looked_at["files validated by pyHanko, strict"] >= looked_at["documents"]
    assert looked_at["signatures"] >= looked_at["requests"] >= 2 * looked_at["documents"]


def test_what_is_killed_is_there_to_be_killed():
    assert all(callable(getattr(place, name)) for place, name in EFFECTS.values())
    assert set().union(*OF_KIND.values()) < set(EFFECTS)
