"""Pages of signing: what waits for me, the job's state, certificates and trusted roots."""

from blueprints.signing import certificate_views, trust_views, views  # noqa: F401  add routes
from blueprints.signing.routes import blueprint

__all__ = ["blueprint"]
