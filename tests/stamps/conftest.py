"""Registered documents of Sơn Tịnh."""

from tests.incoming.arrivals import arrive, clock, steps

__all__ = ["arrive", "clock", "steps"]
