"""Pages of signing: what waits for me, the job's state, certificates and trusted roots."""

from blueprints.signing import (  # noqa: F401  they add routes
    binding_views,
    certificate_views,
    own_key_views,
    token_views,
    trust_views,
    views,
)
from blueprints.signing.routes import blueprint

__all__ = ["blueprint"]
