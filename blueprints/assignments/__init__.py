"""Pages of assignments."""

from blueprints.assignments.views import blueprint

__all__ = ["blueprint"]
