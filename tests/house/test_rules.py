"""House rules that a reader cannot be asked to remember: sizes, one commit, one clock, states moved
in one place, words for every refusal, a tag for every entry of the audit chain."""

import ast
from collections import Counter

import pytest

from blueprints.words import REFUSALS
from blueprints.words.actions import ACTION_NAMES
from blueprints.words.tags import TAG_NAMES
from domain import errors
from domain.audit_tags import AUDIT_TAGS, OTHER_TAGS
from services.exchange.transport import IN_TROUBLE
from tests.house.source import ROOT, calls, literal, python_files

LINES_OF_A_FILE = 400
LINES_OF_A_TEST = 500
LINES_OF_A_FUNCTION = 50
LINES_OF_A_VIEW = 25
REFUSING = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and name != "annotations"
}


def test_no_file_is_longer_than_can_be_read_at_once():
    paths = [
        path
        for path in python_files()
        if len((ROOT / path).read_text().splitlines()) > LINES_OF_A_FILE
    ]
    paths += [
        path.relative_to(ROOT)
        for path in (ROOT / "tests").rglob("*.py")
        if "vendor" not in path.parts and len(path.read_text().splitlines()) > LINES_OF_A_TEST
    ]
    assert not paths


def test_no_function_is_longer_than_a_screen():
    long = []
    for path, tree in python_files().items():
        limit = LINES_OF_A_VIEW + 2 if path.name == "views.py" else LINES_OF_A_FUNCTION
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > limit:
                long.append(f"{path}:{node.lineno} {node.name}")
    assert not long


def test_every_module_says_what_lives_in_it():
    silent = [path for path, tree in python_files().items() if not ast.get_docstring(tree)]
    assert not silent


def test_only_the_unit_of_work_commits():
    committing = {path.as_posix() for path, _call in calls("commit")}
    assert committing == {"services/unit_of_work.py"}


def test_there_is_one_clock():
    found = {
        path.as_posix()
        for name in ("now", "utcnow", "today")
        for path, call in calls(name)
        if ast.unparse(call.func).startswith(("datetime", "date.", "dt."))
    }
    # The axis client may be used alone, from a prompt: it has the same clock as a default.
    assert found == {"services/office.py", "adapters/axis/client.py"}


def test_states_are_assigned_in_one_place_of_each_aggregate():
    """Law of flows: one door. Rows of transport, of requests and of registers are no flows."""
    elsewhere = [
        f"{path}:{line} {name}"
        for path, tree in python_files().items()
        if path.name != "state.py" and path.parts[0] == "services"
        for line, name in states_set(tree)
    ]
    assert not elsewhere


WITHOUT_FLOW = {
    "message", "delivery", "item", "relay", "request", "asked", "root", "run", "entry",
}  # fmt: skip


def states_set(tree: ast.AST):
    """Where the state of what has a flow is set, be it as one of several in a tuple."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr != "state":
            continue
        owner = ast.unparse(node.value).rpartition(".")[2]
        if isinstance(node.ctx, ast.Store) and owner not in WITHOUT_FLOW:
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    "source",
    [
        "doc.state = x",
        "doc.state, doc.note = x, y",
        "[work.document.state, *rest] = many",
        "doc.state: S = x",
        "one = assignment.state = x",
    ],
)
def test_a_state_set_in_any_way_is_seen(source):
    assert list(states_set(ast.parse(source)))


@pytest.mark.parametrize("name", ["DateField", "SelectChoice", "form_errors"])
def test_days_choices_and_refusals_of_forms_have_one_place(name):
    """blueprints/forms.py: elsewhere a day would be read in one way only, or a refusal be lost."""
    found = {
        path.as_posix()
        for path, tree in python_files().items()
        for node in ast.walk(tree)
        if name in (getattr(node, "id", ""), getattr(node, "attr", ""))
    }
    assert found == {"blueprints/forms.py"}


def test_every_refusal_has_words():
    kinds = REFUSING | {"AxisRefusal", "MalformedPackage", "WrongPin", "SealBroken", "LeaseLost"}
    kinds |= {"KeyRefused", "SecretRefused"}
    # Spoken by the hub to machines, in the axis' own table (adapters/axis/errors.py).
    codes = {
        (literal(call), path.as_posix())
        for kind in kinds
        for path, call in calls(kind)
        if literal(call) and not path.as_posix().startswith("adapters/axis")
    }
    wordless = {code for code, _path in codes if code not in REFUSALS}
    assert not {code for code in wordless if not code.startswith("axis-")}


def worded(module: ast.Module) -> list[str]:
    """The codes that a module of words gives a reason and a next step."""
    tables = [node for node in ast.walk(module) if isinstance(node, ast.Dict)]
    pairs = [pair for table in tables for pair in zip(table.keys, table.values, strict=True)]
    return [
        key.value
        for key, value in pairs
        if isinstance(key, ast.Constant) and isinstance(value, ast.Tuple) and len(value.elts) == 2
    ]


def test_no_code_is_worded_twice():
    """The modules are joined into one table: of two sentences, one would never be seen."""
    words = [tree for path, tree in python_files().items() if "blueprints/words" in str(path)]
    times = Counter(code for tree in words for code in worded(tree))
    assert len(times) > 400
    assert not [code for code, times in times.items() if times > 1]


def tags_written() -> set[str]:
    """Every text that can reach the first argument of `audit`: written there, or where the name
    that stands there is assigned in the same module."""
    found = {f"exchange:{state}" for state in IN_TROUBLE}  # `exchange:{state}` in transport.failed
    for path, call in calls("audit"):
        tag = call.args[0] if call.args else call
        sources = [tag]
        if isinstance(tag, ast.Name):
            sources = [
                node.value
                for node in ast.walk(python_files()[path])
                if isinstance(node, ast.Assign) and tag.id in map(ast.unparse, node.targets)
            ]
        for source in sources:
            found |= constants(source)
    return found


def constants(tree: ast.AST) -> set[str]:
    """The texts that an expression can be; parts of a composed one are none."""
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in parts)
    return {text.value for text in texts if isinstance(text.value, str)}


def test_the_audit_tags_are_those_that_are_written():
    """The tags of the flows are written by `move`, as `flow:action`."""
    written = tags_written()
    assert written <= AUDIT_TAGS
    assert sorted(OTHER_TAGS - written) == []


def test_every_audit_tag_has_its_words():
    assert set(TAG_NAMES) <= AUDIT_TAGS
    assert {tag for tag in AUDIT_TAGS if tag not in TAG_NAMES and tag not in ACTION_NAMES} == set()


@pytest.mark.parametrize("folder", ["domain", "adapters", "services", "jobs"])
def test_nothing_under_the_pages_imports_flask(folder):
    for path, tree in python_files().items():
        if path.parts[0] != folder:
            continue
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "flask"], path
