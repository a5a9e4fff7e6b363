"""Signing in and out; the person's own account."""

from blueprints.accounts.entrance import entrance
from blueprints.accounts.identity import chosen_language
from blueprints.accounts.views import blueprint

__all__ = ["blueprint", "chosen_language", "entrance"]
