"""The fixtures of incoming documents."""

from tests.incoming.arrivals import arrive, clock, steps

__all__ = ["arrive", "clock", "steps"]
