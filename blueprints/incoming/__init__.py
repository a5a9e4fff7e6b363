"""Pages of incoming documents."""

from blueprints.incoming.views import blueprint

__all__ = ["blueprint"]
