"""Signing by delegation: what is in force, made and ended by administrators."""

from blueprints.delegations.views import blueprint

__all__ = ["blueprint"]
