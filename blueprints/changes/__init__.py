"""Pages of what senders ask about a document they sent: back, revoked, updated, replaced."""

from blueprints.changes.views import blueprint

__all__ = ["blueprint"]
