"""The registers of documents in and out."""

from blueprints.registers.views import blueprint

__all__ = ["blueprint"]
