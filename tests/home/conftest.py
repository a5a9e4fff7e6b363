"""The fixtures of incoming documents, and a node full of work in every state."""

import pytest

from tests.home.scene import fill
from tests.incoming.arrivals import arrive, clock, steps

__all__ = ["arrive", "clock", "full", "steps"]


@pytest.fixture
def full(office, steps, clock):
    """Work in every state, in units with and without a head; much of it late by now."""
    fill(office, steps)
    clock(2026, 12, 15)
    return office
