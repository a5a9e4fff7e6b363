"""The list of certificates of the agency and its people, and what is done to one: administrators
only; the services ask for the permission."""

from flask import request, url_for

from blueprints.answers import _, done, render
from blueprints.signing import certificate_page
from blueprints.signing.routes import blueprint
from extensions import current_actor, office
from services.signing import certificates as administering
from services.signing import checking, trust

ONE = "/certificates/<int:binding_id>"


@blueprint.get("/certificates")
def certificates():
    found = administering.listing(office(), current_actor())
    trusts = trust.may_trust(office(), current_actor())
    rows = certificate_page.rows(found)
    return render("signing/certificates.html", rows=rows, trusts=trusts)


@blueprint.get(ONE)
def certificate(binding_id: int):
    report = checking.report(office(), current_actor(), binding_id)
    return render("signing/certificate.html", **certificate_page.shown(report))


@blueprint.post(f"{ONE}/confirm")
def confirm(binding_id: int):
    administering.confirm(office(), current_actor(), binding_id)
    return done(url_for("signing.certificates"), _("Đã đưa vào sử dụng; từ nay dùng để ký."))


@blueprint.post(f"{ONE}/suspend")
def suspend(binding_id: int):
    administering.suspend(office(), current_actor(), binding_id, request.form.get("reason", ""))
    return done(_page(binding_id), _("Đã tạm ngưng; chứng thư chưa ký được cho đến khi dùng lại."))


@blueprint.post(f"{ONE}/resume")
def resume(binding_id: int):
    administering.resume(office(), current_actor(), binding_id)
    return done(_page(binding_id), _("Chứng thư lại ký được."))


@blueprint.post(f"{ONE}/code")
def demand_code(binding_id: int):
    demanded = request.form.get("demanded") == "1"
    administering.demand_code(office(), current_actor(), binding_id, demanded)
    said = _("Từ nay ký cần thêm mã xác thực.") if demanded else _("Từ nay ký chỉ cần PIN.")
    return done(_page(binding_id), said)


@blueprint.post(f"{ONE}/revoke")
def revoke(binding_id: int):
    administering.revoke(office(), current_actor(), binding_id, request.form.get("reason", ""))
    return done(url_for("signing.certificates"), _("Đã gỡ chứng thư; không dùng để ký được nữa."))


def _page(binding_id: int) -> str:
    return url_for("signing.certificate", binding_id=binding_id)
