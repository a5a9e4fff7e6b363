"""Signing by delegation: who may be chosen, whether it still holds, making and ending it."""

from services.delegations.authority import authority_of, find, offered, require, used
from services.delegations.keeping import concerning, end, grant, listing

__all__ = [
    "authority_of",
    "concerning",
    "end",
    "find",
    "grant",
    "listing",
    "offered",
    "require",
    "used",
]
