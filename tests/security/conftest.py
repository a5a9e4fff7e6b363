"""Two nodes and their hub, for packages of senders who mean harm."""

from tests.exchange.conftest import world

__all__ = ["world"]
