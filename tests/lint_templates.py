"""Compiles every template, and refuses what the Content-Security-Policy would: inline scripts,
styles and handlers. Run by `make lint`."""

import re
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError

TEMPLATES = Path(__file__).parents[1] / "templates"
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.I),
    "inline handler": re.compile(r"\son[a-z]+\s*=", re.I),
    "hx-on needs eval": re.compile(r"\shx-on", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
    "unescaped output": re.compile(r"\|\s*safe\b"),
}


def faults() -> list[str]:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text()
        name = path.relative_to(TEMPLATES)
        try:
            environment.parse(text)
        except TemplateSyntaxError as error:
            found.append(f"{name}:{error.lineno}: {error.message}")
        for what, pattern in FORBIDDEN.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {what}: {match.group().strip()}")
    return found


if __name__ == "__main__":
    problems = faults()
    print("\n".join(problems) or "templates: all well")
    sys.exit(bool(problems))
