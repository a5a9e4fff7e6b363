"""Certified copies: the list, asking for one, its page and the door of its steps, sending it."""

from blueprints.copies import sending_views, views  # noqa: F401  they add routes
from blueprints.copies.routes import blueprint

__all__ = ["blueprint"]
