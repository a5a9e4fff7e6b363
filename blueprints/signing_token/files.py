"""The two addresses of one file: the desktop program fetches it at one and brings it back, signed,
at the other. The secret in the address is the only proof, good once."""

from flask import Response, jsonify, request, url_for

from blueprints.signing_token.agent import pdf
from blueprints.signing_token.routes import blueprint
from extensions import office
from services.tokens import programs


@blueprint.get("/files/<secret>/<name>")
def fetch(secret: str, name: str) -> Response:
    data, file_name = programs.fetch(office(), secret, uses=request.method == "GET")
    return pdf([data], file_name)


@blueprint.post("/files/<secret>")
def bring(secret: str) -> Response:
    name = programs.bring(office(), secret, _file())
    # The program shows this to the person; the signed file itself is on the pages only.
    page = url_for("signing.index", _external=True)
    return jsonify(Status=True, Message="", FileName=name, FileServer=page)


def _file() -> bytes:
    """The file of a form, whatever its field is called, or the body as it is."""
    for file in request.files.values():
        return file.read()
    return request.get_data()
