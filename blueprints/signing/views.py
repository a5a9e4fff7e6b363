"""What waits for the person's signature, and the state of one signature being made."""

from types import SimpleNamespace

from flask import flash, request, url_for

from blueprints.addresses import whole
from blueprints.answers import _, done, is_fragment, render
from blueprints.batches.page import desk as batches_desk
from blueprints.delegations.labels import desk as delegations_desk
from blueprints.forms import refuse
from blueprints.signatures import patience, waits_for_token
from blueprints.signing.forms import PinForm
from blueprints.signing.routes import blueprint
from blueprints.words import sentence, words
from domain.errors import Refusal
from extensions import current_actor, office
from models.signing import SigningRequest, SigningRole, SigningState
from services import signing


@blueprint.get("/")
def index():
    desk = signing.desk(office(), current_actor())
    reasons = {each.id: words(Refusal(each.failure)) for each in desk.failed}
    return render(
        "signing/index.html", desk=desk, reasons=reasons, **batches_desk(), **delegations_desk()
    )


@blueprint.get("/pin")
def pin():
    return _pin_page(PinForm())


@blueprint.post("/pin")
def change_pin():
    form = PinForm()
    if not form.validate_on_submit():
        return _pin_page(form, 422)
    try:
        signing.change_pin(office(), current_actor(), form.pin.data, form.pin_new.data)
    except Refusal as refusal:
        return _pin_page(form, refuse(form, refusal, "pin"))
    return done(url_for("signing.index"), _("Đã đổi PIN; lần ký sau dùng PIN mới."))


@blueprint.get("/<int:request_id>/status")
def status(request_id: int):
    asked = signing.request_of(office(), current_actor(), request_id)
    waits = asked.state == SigningState.AWAITING_TOKEN
    if is_fragment() and waits and asked.person_id == current_actor().person_id:
        # What a desktop program brought was not taken: that page says why.
        return done(url_for("signing.on_token", kind="document", request_id=request_id))
    answer = render(
        "signing/status.html",
        "status",
        asked=asked,
        job=_job(asked),
        turn=request.args.get("turn", 0, type=whole),
        document_url=_document_url(asked),
    )
    if is_fragment() and asked.state in (SigningState.DONE, SigningState.FAILED):
        if asked.state == SigningState.DONE:
            flash(_job(asked).label, "success")
        answer.headers["HX-Refresh"] = "true"  # the page around has other buttons now
    return answer


def _pin_page(form: PinForm, status: int = 200):
    return render("signing/pin.html", status=status, form=form)


def _job(asked: SigningRequest) -> SimpleNamespace:
    seal = asked.role == SigningRole.SEAL
    job = SimpleNamespace(detail="", done_url=_document_url(asked), done_label=_("Mở văn bản"))
    if asked.state == SigningState.DONE:
        job.state, job.label = "done", _("Đã đóng dấu cơ quan") if seal else _("Đã ký số xong")
    elif asked.state == SigningState.FAILED:
        job.state, job.label = "failed", _("Đóng dấu không thành") if seal else _("Ký không thành")
        job.detail = sentence(Refusal(asked.failure))
    elif asked.state == SigningState.AWAITING_TOKEN:
        job.state, job.label = "running", waits_for_token(asked)
    else:
        job.state, job.label = "running", _("Đang đóng dấu cơ quan") if seal else _("Đang ký số")
        job.detail = patience(asked)
    return job


def _document_url(asked: SigningRequest) -> str:
    return url_for("outgoing.document", document_id=asked.document_id)
