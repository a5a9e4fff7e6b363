"""The first page: what waits for the person who signed in."""

from blueprints.home.views import blueprint

__all__ = ["blueprint"]
