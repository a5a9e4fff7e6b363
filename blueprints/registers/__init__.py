"""Pages of the registers."""

from blueprints.registers import (  # noqa: F401  they add routes
    secret_row_views,
    secret_views,
    views,
)
from blueprints.registers.routes import blueprint

__all__ = ["blueprint"]
