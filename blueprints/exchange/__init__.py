"""Pages of the exchange: the line to the hub, what waits, what needs a person, each package."""

from blueprints.exchange import receipt_views, reconcile_views
from blueprints.exchange.views import blueprint

__all__ = ["blueprint", "receipt_views", "reconcile_views"]
