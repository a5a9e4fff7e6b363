"""Certified copies: the list, asking for one, its page and the door of its steps."""

from blueprints.copies.views import blueprint

__all__ = ["blueprint"]
