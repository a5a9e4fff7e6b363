"""The blueprint of signing, apart so that its views can be in several files."""

from flask import Blueprint

blueprint = Blueprint("signing", __name__, url_prefix="/signing")
