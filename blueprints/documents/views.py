"""Page images and downloads. Uploaded files are never shown inline as what they claim to be."""

import io

from flask import Blueprint, request, send_file

from extensions import current_actor, office
from services import documents, page_images, reading

blueprint = Blueprint("documents", __name__, url_prefix="/documents")
FILE = "/<kind>/<int:document_id>/<sha>"


@blueprint.get(f"{FILE}/pages/<int:number>.webp")
def page(kind: str, document_id: int, sha: str, number: int):
    document, _file = documents.find(office(), current_actor(), kind, document_id, sha)
    picture = page_images.image(office(), sha, number, zoom=request.args.get("zoom") == "1")
    reading.note(office(), current_actor(), document, sha)
    return send_file(io.BytesIO(picture), mimetype="image/webp", max_age=0)


@blueprint.get(f"{FILE}/file")
def original(kind: str, document_id: int, sha: str):
    return _sent(*documents.download(office(), current_actor(), kind, document_id, sha))


@blueprint.get(f"{FILE}/archive")
def archive(kind: str, document_id: int, sha: str):
    return _sent(*documents.download_archive(office(), current_actor(), kind, document_id, sha))


def _sent(file: documents.OpenFile, data: bytes):
    return send_file(
        io.BytesIO(data), mimetype=file.media_type, as_attachment=True, download_name=file.name
    )
