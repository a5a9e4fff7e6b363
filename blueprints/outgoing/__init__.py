"""Pages of outgoing documents: list, draft, document, places on an uploaded file."""

from blueprints.outgoing import draft_views, places_views, views  # noqa: F401  they add routes
from blueprints.outgoing.routes import blueprint

__all__ = ["blueprint"]
