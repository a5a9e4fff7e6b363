"""Many documents decided at once: choosing them, and watching what becomes of each."""

from blueprints.batches.views import blueprint

__all__ = ["blueprint"]
