"""Results of checking signatures: for people of the office, and, if allowed, for anybody."""

from blueprints.verification.strangers import strangers
from blueprints.verification.views import blueprint

__all__ = ["blueprint", "strangers"]
