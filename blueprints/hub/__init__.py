"""The operator's pages on the hub: messages in transit, directory, systems."""

from blueprints.hub import directory_views, message_views, node_views, site_views
from blueprints.hub.routes import blueprint

__all__ = ["blueprint", "directory_views", "message_views", "node_views", "site_views"]
