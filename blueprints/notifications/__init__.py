"""Notifications of the signed-in person."""

from blueprints.notifications.views import blueprint

__all__ = ["blueprint"]
