"""The source of the program as syntax trees, for tests that hold the house rules."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("adapters", "blueprints", "demo", "domain", "jobs", "models", "services")
MODULES = ("app.py", "cli.py", "config.py", "extensions.py", "serve.py", "worker.py")


@cache
def python_files() -> dict[Path, ast.Module]:
    """Every file of the program with its tree, paths relative to the project."""
    paths = [ROOT / name for name in MODULES]
    for folder in FOLDERS:
        paths += sorted((ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT): ast.parse(path.read_text()) for path in paths}


@cache
def _calls() -> dict[str, list[tuple[Path, ast.Call]]]:
    found = defaultdict(list)
    for path, tree in python_files().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                name = getattr(called, "attr", None) or getattr(called, "id", None)
                found[name].append((path, node))
    return found


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name, with its file."""
    return _calls().get(name, [])


def literal(node: ast.Call, position: int = 0) -> str | None:
    """The string at this place of a call, where it is written out."""
    if len(node.args) <= position:
        return None
    value = node.args[position]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
