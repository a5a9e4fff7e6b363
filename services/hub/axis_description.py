"""The description of the axis that the hub hands to whoever wants to call it."""

import json
from functools import cache

from adapters.axis.description import NAME, description

__all__ = ["NAME", "described"]


@cache
def described() -> bytes:
    return json.dumps(description(), separators=(",", ":")).encode()
