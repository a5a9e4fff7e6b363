"""The person's own token: pairing a computer, what waits for the token, and the desktop program of
the certificate authority, which the page calls on this very computer."""

from flask import g, request, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, is_fragment, render
from blueprints.signing import token_page
from blueprints.signing.routes import blueprint
from extensions import current_actor, office
from services import tokens
from services.signing import devices, proving
from services.signing.pins import role_of
from services.tokens import programs
from services.tokens.waiting import OnToken

ON_TOKEN, OF_COPY = "/<int:request_id>/token", "/copies/<int:request_id>/token"
DOCUMENT, COPY = {"kind": "document"}, {"kind": "copy"}


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


@blueprint.get(ON_TOKEN, defaults=DOCUMENT)
@blueprint.get(OF_COPY, defaults=COPY)
def on_token(request_id: int, kind: str):
    found = tokens.shown(office(), current_actor(), kind, request_id)
    if not found.waits:
        return done(_after(found))
    if is_fragment() and token_page.changed(found):
        return done(token_page.address(found))
    return render("signing/on_token.html", "status", **token_page.of(found))


@blueprint.post(f"{ON_TOKEN}/abandon", defaults=DOCUMENT)
@blueprint.post(f"{OF_COPY}/abandon", defaults=COPY)
def abandon(request_id: int, kind: str):
    found = tokens.shown(office(), current_actor(), kind, request_id)
    address = token_page.document_url(found)
    tokens.abandon(office(), current_actor(), kind, request_id)
    return done(address, _("Đã thôi ký bằng token; văn bản trở lại bước trước."))


@blueprint.post(f"{ON_TOKEN}/plugin", defaults=DOCUMENT)
@blueprint.post(f"{OF_COPY}/plugin", defaults=COPY)
def call_plugin(request_id: int, kind: str):
    part = request.form.get("part", 0, type=whole)
    call = programs.start(office(), current_actor(), kind, request_id, part)
    found = tokens.shown(office(), current_actor(), kind, request_id)
    if call is None:
        return done(token_page.address(found), _("Cơ quan đã ký tệp này trước đó, không ký lại."))
    g.connects_to = token_page.PLUGIN
    return render("signing/on_token.html", **token_page.of(found, call, part))


def _after(found: OnToken) -> str:
    """Where a request that does not wait any more is followed."""
    if found.kind.name == "copy":
        return url_for("copies.copy", copy_id=found.asked.copy_id)
    return url_for("signing.status", request_id=found.asked.id)


def _token_page(code: str = ""):
    actor = current_actor()
    return render(
        "signing/token.html",
        devices=devices.listing(office(), actor.person_id),
        binding=proving.token_of(office(), actor, role_of(actor)),
        may_pair=devices.may_pair(office(), actor),
        code=code,
        node=url_for("home.index", _external=True).rstrip("/"),
    )
