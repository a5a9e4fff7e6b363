"""Machine endpoints /signing-token: the program on a clerk's PC that signs with the token there,
and the desktop program that fetches a file and brings it back signed."""

from blueprints.signing_token import agent, files  # noqa: F401  they add routes
from blueprints.signing_token.routes import blueprint

__all__ = ["blueprint"]
