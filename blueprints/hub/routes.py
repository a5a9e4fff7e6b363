"""The blueprint that the three groups of pages share."""

from flask import Blueprint

blueprint = Blueprint("hub", __name__, url_prefix="/hub")
