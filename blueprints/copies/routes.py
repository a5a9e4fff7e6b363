"""The blueprint that the views of this folder add their routes to."""

from flask import Blueprint

blueprint = Blueprint("copies", __name__, url_prefix="/copies")
