"""The stamp "ĐẾN" of a received document: where it is shown, page 1 with it, the print."""

from blueprints.stamps.views import blueprint

__all__ = ["blueprint"]
