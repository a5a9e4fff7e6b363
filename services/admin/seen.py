"""Whether a form still shows what it changes: its fields as they stood when it was drawn, in a few
letters. Administrators' tables have no version of their own, for a seal must not go stale because a
telephone number changed."""

import hashlib
import json

from domain.errors import Conflict

PERSON = ("full_name", "email", "telephone")
UNIT = ("name", "notation", "parent_id")
HUB_LINK = ("kind", "endpoint", "system_id")
COPIES = ("copy_approvers",)
SEAL = ("seal_sha256", "seal_mm")
AGENCY = ("name", "notation", "superior_name", "authority", "place", "address", "email",
          "telephone")  # fmt: skip


def mark(thing: object, fields: tuple[str, ...]) -> str:
    """What a form carries along."""
    values = [getattr(thing, field) for field in fields]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def require_same(thing: object, fields: tuple[str, ...], seen: str | None) -> None:
    """Raises Conflict("stale") when another changed these fields after the form was drawn."""
    if seen and seen != mark(thing, fields):
        raise Conflict("stale")
