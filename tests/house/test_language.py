"""The two languages: Vietnamese texts stand in the code, the English catalogue has them all, and no
page mixes them."""

import ast
import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, nodes

from blueprints.incoming.labels import PHRASES
from tests.house.source import ROOT, python_files

CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None}
VIETNAMESE = re.compile(
    "[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
CALLS = {"_", "_l", "gettext", "lazy_gettext", "ngettext"}
# Names, the text of official records, what is said where no language can be asked for: the same in
# every language of the pages.
AS_THEY_ARE = {
    "Có lỗi / Something failed: ",
    "Tiếng Việt",
    "Cốc Cốc",
    "Công văn",
    "Ủy ban nhân dân",
    *PHRASES,
}


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def forms(text) -> tuple[str, ...]:
    """A message or a translation as its forms: one, or singular and plural."""
    return tuple(text) if isinstance(text, list | tuple) else (text,)


def test_catalogue_has_exactly_the_texts_of_the_program():
    with (ROOT / "translations" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, KEYWORDS)
    texts = {forms(message) for _file, _line, message, _comments, _context in found}
    known = {forms(message.id) for message in catalogue() if message.id}
    hint = "run `make translations` and translate what is new"
    assert sorted(texts - known) == [], hint
    assert sorted(known - texts) == [], hint


def test_every_text_is_translated():
    unsure = [m.id for m in catalogue() if m.id and (m.fuzzy or not all(forms(m.string)))]
    assert unsure == []


def test_translations_fill_the_same_places():
    wrong = [
        message.id
        for message in catalogue()
        if message.id
        for given in forms(message.string)
        if set(PLACEHOLDER.findall(given)) != set(PLACEHOLDER.findall(forms(message.id)[0]))
    ]
    assert wrong == []


def test_translations_are_english():
    left = [m.string for m in catalogue() if VIETNAMESE.search(" ".join(forms(m.string)))]
    # Examples of what is typed into official documents stay as they are typed.
    examples = ("For example: ", "“Như trên", "Căn cứ", "NĐ-CP", "QĐ-TTg", "TM. ỦY BAN", "Tối mật")
    assert [text for text in left if not any(each in text for each in examples)] == []


def test_compiled_catalogue_is_that_of_its_source():
    compiled = BytesIO()
    write_mo(compiled, catalogue())
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "make translations"


def template_faults(tree: nodes.Template) -> list[str]:
    """Vietnamese that stands in a template as it is, not as an argument of `_`."""
    said = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in CALLS
        for argument in call.args
    }
    written = [(text.lineno, text.data) for text in tree.find_all(nodes.TemplateData)]
    written += [
        (const.lineno, const.value)
        for const in tree.find_all(nodes.Const)
        if isinstance(const.value, str) and id(const) not in said
    ]
    return [
        f"{line}: {text.strip()}"
        for line, text in written
        if VIETNAMESE.search(text) and text not in AS_THEY_ARE
    ]


def test_templates_say_nothing_that_cannot_be_translated():
    folder = ROOT / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    faults = {
        path.relative_to(folder): found
        for path in sorted(folder.rglob("*.html"))
        if (found := template_faults(environment.parse(path.read_text())))
    }
    assert faults == {}


def test_templates_are_searched_well():
    parse_text = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse
    assert template_faults(parse_text("<p>Lưu</p>")) == ["1: <p>Lưu</p>"]
    assert template_faults(parse_text("{{ field('Lưu') }}")) == ["1: Lưu"]
    assert template_faults(parse_text("{# Lưu #}<p>{{ _('Lưu') }}</p>")) == []


def blueprint_trees():
    for path, tree in python_files().items():
        if path.parts[0] == "blueprints":
            yield path, tree


def translations(tree: ast.AST) -> list[ast.Call]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in found if isinstance(call.func, ast.Name) and call.func.id in CALLS]


def docstrings(tree: ast.AST) -> set[int]:
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }


def test_pages_say_nothing_that_cannot_be_translated():
    faults = []
    for path, tree in blueprint_trees():
        allowed = {id(argument) for call in translations(tree) for argument in call.args}
        allowed |= docstrings(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            known = id(node) in allowed or node.value in AS_THEY_ARE
            if not known and VIETNAMESE.search(node.value):
                faults.append(f"{path}:{node.lineno}: {node.value}")
    assert faults == []


def test_every_text_is_written_out_where_it_is_translated():
    """A text put together at run time is not in the catalogue."""
    faults = [
        f"{path}:{call.lineno}"
        for path, tree in blueprint_trees()
        for call in translations(tree)
        if not isinstance(call.args[0], ast.Constant)
    ]
    assert faults == []


def at_import(tree: ast.AST):
    """What runs when the module is loaded: everything outside of functions."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            yield node
            yield from at_import(node)


def test_no_language_is_chosen_when_a_module_is_loaded():
    faults = [
        f"{path}:{node.lineno}"
        for path, tree in blueprint_trees()
        for node in at_import(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"_", "gettext", "ngettext"}
    ]
    assert faults == []
