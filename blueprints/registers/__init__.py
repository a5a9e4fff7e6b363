"""Pages of the registers."""

from blueprints.registers import secret_views, views  # noqa: F401  they add routes
from blueprints.registers.routes import blueprint

__all__ = ["blueprint"]
