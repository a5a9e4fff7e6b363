"""The written part: printed pages say what the tables say, links lead somewhere, names exist."""

import re
from functools import cache

import pytest

from config import load_settings
from docs.print_tables import PAGES, RELATIONS
from domain.permissions import Relation
from tests.house.source import ROOT, python_files

PROSE = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# A path in back quotes: has a slash or an ending of ours, and nothing that makes it a pattern.
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|toml|txt))`")
# Folders of a running node, of the package format and of other machines.
ELSEWHERE = ("data/", "etc/", "var/", "opt/", "files/", "pages/", "uploads/", "application/")
# A name of the code in back quotes: an identifier, dotted or not, without a file's ending.
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)`(?!\.)")
SCREEN = 60


def name(path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES)
def test_printed_pages_are_what_the_tables_print(page):
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert written == PAGES[page](), "run `make docs` and commit docs/"


def test_every_relation_is_explained():
    assert RELATIONS.keys() == set(Relation)


def anchors(text: str) -> set[str]:
    """The places of a page that a link can name, by the rule of the usual renderers."""
    titles = HEADING.findall(FENCED.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_every_link_leads_somewhere(path):
    lost = []
    for target in LINK.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        goal = path.parent / file if file else path
        known = {""} | (anchors(goal.read_text(encoding="utf-8")) if anchor else set())
        if not goal.exists() or anchor not in known:
            lost.append(target)
    assert not lost


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_every_file_named_in_the_text_exists(path):
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    named = {each for each in PATH.findall(text) if not each.startswith(ELSEWHERE)}
    assert not sorted(each for each in named if not (ROOT / each).exists())


@cache
def words_of_the_code() -> set[str]:
    files = [ROOT / each for each in python_files()] + [ROOT / ".env.example", ROOT / "Makefile"]
    files += [ROOT / "deploy" / "gunicorn.conf.py", ROOT / "pyproject.toml"]
    return set(re.findall(r"\w+", "\n".join(file.read_text() for file in files)))


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_every_name_in_the_text_is_one_of_the_code(path):
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    named = {part for each in NAME.findall(PATH.sub("", text)) for part in each.split(".")}
    assert named - words_of_the_code() == set()


@pytest.mark.parametrize("path", PROSE, ids=name)
def test_every_command_in_the_text_can_be_given(path):
    text = path.read_text(encoding="utf-8")
    given = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)(?=[`\s]*(?:$|#|`))", text, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert given <= targets
    commands = set(re.findall(r'click\.command\("([a-z-]+)"\)', (ROOT / "cli.py").read_text()))
    assert set(re.findall(r"(?:\bflask|^node) ([a-z]+-[a-z]+)", text, re.MULTILINE)) <= commands


class Asked(dict):
    """An environment that writes down what it is asked for."""

    def __init__(self, given: dict) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)


def settings_read(folder) -> set[str]:
    """The settings that the program asks its environment for, and the web server does."""
    given = {"SECRET_KEY": "s" * 40, "NODE_KEY": "00" * 32, "DATA_DIR": str(folder)}
    env = Asked({f"VANTHU_{name}": value for name, value in given.items()})
    load_settings(env)
    server = (ROOT / "deploy" / "gunicorn.conf.py").read_text()
    return env.names | set(re.findall(r"VANTHU_[A-Z_]+", server))


@pytest.mark.parametrize(
    ("page", "line"),
    [("docs/operations.md", r"^\| (`VANTHU_.*?) \|"), (".env.example", r"^(?:# )?(VANTHU_\w+)=")],
)
def test_every_setting_that_is_read_is_documented_and_no_other(page, line, tmp_path):
    lines = re.findall(line, (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name for each in lines for name in re.findall(r"VANTHU_[A-Z0-9_]+", each)}
    assert documented == settings_read(tmp_path)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=name)
def test_a_decision_fits_on_a_screen(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= SCREEN


def test_decisions_are_numbered_without_gaps_and_listed():
    paths = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:3]) for path in paths] == list(range(1, len(paths) + 1))
    listed = set(LINK.findall((ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")))
    assert {path.name for path in paths} <= listed


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200
