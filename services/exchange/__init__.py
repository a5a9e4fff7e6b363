"""Exchange, the node's side: documents and statuses out, packages in, by the hub or, between two
agencies of this node, straight. Transport and business states are kept apart, per recipient."""

from services.exchange.dispatching import dispatch

__all__ = ["dispatch"]
