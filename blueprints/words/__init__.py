"""Refusals become words here, and only here: for each code the reason and the next step.

Each feature keeps its sentences in a module of this package as `WORDS = {code: (reason, step)}`;
a sentence may use the refusal's fields as %(name)s. Beside them live the names of actions, roles
and audit tags.
"""

import pkgutil
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module

from blueprints.filters import day, moment
from blueprints.words.actions import ACTION_NAMES
from domain.errors import Refusal


@dataclass(frozen=True)
class Words:
    reason: str
    next_step: str = ""


REFUSALS: dict[str, tuple] = {}
for _module in pkgutil.iter_modules(__path__):
    REFUSALS |= getattr(import_module(f"{__name__}.{_module.name}"), "WORDS", {})


def words(refusal: Refusal) -> Words:
    """The sentence and the next step for a refusal; an unknown code still says something true."""
    reason, step = REFUSALS.get(refusal.code, REFUSALS["unexpected"])
    return Words(_fill(reason, refusal.fields), _fill(step, refusal.fields))


def _fill(sentence: object, fields: dict) -> str:
    text = str(sentence)
    try:
        return text % {name: _said(name, value) for name, value in fields.items()}
    except (KeyError, ValueError, TypeError):
        return text


def _said(name: str, value: object) -> str:
    """A field as people read it: moments and days of Vietnam, actions by their names."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return str(ACTION_NAMES.get(value, value) if name == "action" else value)


def sentence(refusal: Refusal) -> str:
    """Reason and next step in one line, for flashes and form errors."""
    said = words(refusal)
    return f"{said.reason} {said.next_step}".strip()
