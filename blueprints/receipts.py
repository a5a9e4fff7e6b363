"""Receipts as pages show them: who took the package, whether the receipt holds, where to get it."""

import io
from collections.abc import Mapping

from flask import Response, send_file, url_for
from flask_babel import gettext as _

from blueprints.problems import problem_text
from domain.permissions import Relation, allowing
from extensions import current_actor
from models.receipts import Receipt, ReceiptKey, ReceiptRole
from services import receipt_keys
from services.exchange.receipt_checks import NOT_YET


def of_recipient(
    found: Mapping[tuple[int, str], Receipt], message_id: int, code: str, is_overdue: bool
) -> list[dict]:
    """The receipts that concern one recipient of a message: the hub's and the recipient's own. Of
    one that `is_overdue` it is said that it is not there, where the hub gives any."""
    rows = (found.get((message_id, signer)) for signer in ("", code))
    receipts = [shown(row, "exchange.receipt") for row in rows if row is not None]
    lacks = (message_id, "") in found and (message_id, code) not in found
    return [*receipts, _lacking(code)] if lacks and is_overdue else receipts


def _lacking(code: str) -> dict:
    title = _("Biên nhận của nơi nhận %(code)s", code=code)
    return {"title": title, "state": _("không có biên nhận"), "tone": "wait"}


def shown(row: Receipt, endpoint: str) -> dict:
    by_hub = row.role == ReceiptRole.HUB
    tone = "wait" if row.problem in NOT_YET else "bad" if row.problem else "good"
    may = allowing(current_actor(), endpoint.partition(".")[0] + ":view", {Relation.AGENCY})
    return {
        "title": _("Biên nhận của trục")
        if by_hub
        else _("Biên nhận của nơi nhận %(code)s", code=row.signer_code),
        "state": _verdict(row),
        "tone": tone,
        "problem": problem_text(row.problem),
        "url": url_for(endpoint, receipt_id=row.id) if may else "",
    }


def _verdict(row: Receipt) -> str:
    if row.problem in NOT_YET:
        return _("Chưa kiểm tra được")
    return _("KHÔNG ĐÚNG") if row.problem else _("Đã kiểm tra, đúng")


def file(row: Receipt) -> Response:
    """The receipt word for word, as `tools/verify_receipt.py` reads it."""
    return _attachment(row.text, "application/json", f"bien-nhan-{row.role}-{row.id}.json")


def key_file(key: ReceiptKey) -> Response:
    name = f"khoa-bien-nhan-{key.key_id}.pem"
    return _attachment(receipt_keys.pem(key), "application/x-pem-file", name)


def _attachment(text: str, media_type: str, name: str) -> Response:
    data = io.BytesIO(text.encode())
    return send_file(data, mimetype=media_type, as_attachment=True, download_name=name)
