"""What the reader of packages mended and what speaks against their files is told in words."""

import ast

import pytest

from adapters.edxml.evidence import Evidence, SignatureState
from adapters.edxml.repairs import Repair
from blueprints.words.doubts import DOUBTS, doubted
from blueprints.words.evidence import EVIDENCE, proven
from blueprints.words.repairs import ELEMENTS, REPAIRS, repaired
from domain.verdicts import Doubt
from tests.house.source import calls, literal, python_files

READERS = {"integer", "day", "moment"}  # of adapters/edxml/nodes.py; each may meet nonsense


def test_every_repair_and_every_doubt_has_words():
    assert set(REPAIRS) == set(Repair)
    assert set(DOUBTS) == set(Doubt)


@pytest.mark.parametrize("state", SignatureState)
def test_every_evidence_is_told_in_words(state):
    assert set(EVIDENCE) == set(SignatureState)
    told = proven(Evidence(state, "md5", "rsa-sha256", signed_by="Trục % tỉnh").to_json())
    assert "XML" in told
    assert not told.startswith(state)
    assert "%(" not in told


def test_the_reader_can_produce_no_other_repair():
    """A code stands in `Repair`, so that none is written out where it is made."""
    codes = set(Repair)
    written = [
        f"{path}:{node.lineno} {node.value}"
        for path, tree in python_files().items()
        if path.parts[:2] == ("adapters", "edxml") and path.name != "repairs.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in codes
    ]
    # A charset and an element happen to be called like a repair.
    assert [each for each in written if not each.endswith((" encoding", " utf-16"))] == []
    texts = [call for name in ("mend",) for _path, call in calls(name) if literal(call)]
    assert texts == []


def test_every_element_that_may_be_repaired_has_a_name():
    read = {
        literal(call)
        for name in READERS
        for path, call in calls(name)
        if path.parts[:2] == ("adapters", "edxml") and literal(call)
    }
    missing = {literal(call, 1) for _path, call in calls("mend") if literal(call, 1)}
    assert read | missing == set(ELEMENTS)


@pytest.mark.parametrize("repair", [*Repair, *(f"{code}:a=b%(x)s" for code in Repair)])
def test_no_repair_is_told_by_its_code(repair):
    told = repaired(str(repair))
    assert not told.startswith(repair.partition(":")[0])
    assert "%(detail)s" not in told


def test_an_element_is_told_by_its_name():
    assert repaired("missing:PromulgationDate") == "Gói tin thiếu ngày văn bản."
    assert "ngày văn bản “2026-13-01”" in repaired("unreadable-time:PromulgationDate=2026-13-01")
    assert "phu-luc.pdf" in repaired("missing-attachment:phu-luc.pdf")
    assert "01/UBND-NV" in doubted("number-other:01/UBND-NV")
