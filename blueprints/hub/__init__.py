"""The operator's pages on the hub: messages in transit, directory, systems, the nodes it watches,
lines to other axes."""

from blueprints.hub import (  # noqa: F401  they add routes
    account_views,
    directory_views,
    import_views,
    message_views,
    node_views,
    receipt_views,
    site_views,
    uplink_views,
)
from blueprints.hub.routes import blueprint

__all__ = ["blueprint"]
