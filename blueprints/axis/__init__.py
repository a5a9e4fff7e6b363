"""The machine endpoints of the hub: `/axis/<operation>`."""

from blueprints.axis.views import blueprint

__all__ = ["blueprint"]
