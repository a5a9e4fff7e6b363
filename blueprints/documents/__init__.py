"""Files of documents: page images for the screen, the original as a download."""

from blueprints.documents.views import blueprint

__all__ = ["blueprint"]
