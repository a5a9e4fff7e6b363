"""Pages of outgoing documents: list, draft, document, places on an uploaded file."""

from blueprints.outgoing import (  # noqa: F401  they add routes
    draft_views,
    group_views,
    places_views,
    preview_views,
    recipient_views,
    views,
)
from blueprints.outgoing.routes import blueprint

__all__ = ["blueprint"]
