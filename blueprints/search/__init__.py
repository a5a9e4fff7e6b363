"""One search box over everything the person may see."""

from blueprints.search.views import blueprint

__all__ = ["blueprint"]
