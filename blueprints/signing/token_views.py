"""The person's own token: pairing a computer, what waits for the token, and the desktop program of
the certificate authority, which the page calls on this very computer."""

import json
from types import SimpleNamespace

from flask import g, url_for

from blueprints.answers import _, done, render
from blueprints.signatures import waits_for_token
from blueprints.signing.routes import blueprint
from blueprints.words import words
from domain.errors import Refusal
from extensions import current_actor, office
from services.signing import devices, plugin, proving, token_requests
from services.signing.pins import role_of
from services.signing.plugin import Call
from services.signing.token_requests import OnToken

# Where the program listens on the person's computer (domain.md 5.4): fixed by that program.
PLUGIN = "wss://127.0.0.1:8987"


@blueprint.get("/token")
def token():
    return _token_page()


@blueprint.post("/token/code")
def pairing_code():
    return _token_page(devices.new_code(office(), current_actor()))


@blueprint.post("/token/devices/<int:device_id>/revoke")
def revoke_device(device_id: int):
    devices.revoke(office(), current_actor(), device_id)
    return done(url_for("signing.token"), _("Đã thu hồi máy; máy đó không ký được nữa."))


@blueprint.get("/<int:request_id>/token")
def on_token(request_id: int):
    found = token_requests.shown(office(), current_actor(), request_id)
    if not found.waits:
        return done(url_for("signing.status", request_id=request_id))
    return _waiting_page(found)


@blueprint.post("/<int:request_id>/token/abandon")
def abandon(request_id: int):
    document_id = token_requests.abandon(office(), current_actor(), request_id)
    address = url_for("outgoing.document", document_id=document_id)
    return done(address, _("Đã thôi ký bằng token; văn bản trở lại bước trước."))


@blueprint.post("/<int:request_id>/token/plugin")
def call_plugin(request_id: int):
    call = plugin.start(office(), current_actor(), request_id)
    found = token_requests.shown(office(), current_actor(), request_id)
    return _waiting_page(found, call)


def _token_page(code: str = ""):
    actor = current_actor()
    return render(
        "signing/token.html",
        devices=devices.listing(office(), actor.person_id),
        binding=proving.token_of(office(), actor, role_of(actor)),
        may_pair=devices.may_pair(actor),
        code=code,
        node=url_for("home.index", _external=True).rstrip("/"),
    )


def _waiting_page(found: OnToken, call: Call | None = None):
    if call is not None:
        g.connects_to = PLUGIN
    return render(
        "signing/on_token.html",
        found=found,
        asked=found.request,
        doc=found.request.document,
        job=_job(found),
        problem=words(Refusal(found.signing.problem)) if found.signing.problem else None,
        devices=devices.listing(office(), current_actor().person_id),
        plugin=_plugin(call) if call else None,
    )


def _job(found: OnToken) -> SimpleNamespace:
    label = waits_for_token(found.request)
    return SimpleNamespace(label=label, state="running", detail="", done_url=None)


def _plugin(call: Call) -> dict:
    """What the script hands to the desktop program; the names are that program's."""
    download = url_for("signing_token.fetch", secret=call.download, name=call.name, _external=True)
    parameters = {
        "FileUploadHandler": url_for("signing_token.bring", secret=call.upload, _external=True),
        "SessionId": "",
        "JWTToken": "",
        "FileName": download,
        "DocNumber": call.number,
        "IssuedDate": call.issued,
        "MetaData": [],
    }
    return {"address": f"{PLUGIN}/{call.operation}", "parameters": json.dumps(parameters)}
