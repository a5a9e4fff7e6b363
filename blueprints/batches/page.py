"""What the pages of batches show, put together from what the services return."""

from types import SimpleNamespace

from flask import request, url_for
from flask_babel import gettext as _

from blueprints.batches import labels
from blueprints.forms import new_token
from blueprints.words import sentence, words
from domain.errors import Refusal
from domain.permissions import relations_granting
from extensions import current_actor, office
from services import batches
from services.batches.watching import Progress

COMMAND = "python -m signing_agent sign"
TICKED = {"approve": lambda choice: choice.opened, "issue": lambda _choice: True}


def desk() -> dict:
    """On the desk of whoever signs: what waits for them, as a list to choose from."""
    actor = current_actor()
    shown = {"recent": batches.recent(office(), actor), "titles": labels.TITLES, "choices": None}
    return shown | (form_page("approve") if relations_granting(actor, "outgoing:approve") else {})


def form_page(action: str, refusal: Refusal | None = None) -> dict:
    """The list to choose from; after a refusal with what was ticked and typed, but no PIN."""
    choices = batches.choices(office(), current_actor(), action)
    field = str(refusal.fields.get("field", "")) if refusal else ""
    return {
        "action": action,
        "choices": choices,
        "ticked": _ticked(action, choices, refusal),
        "unopened": sum(not choice.opened for choice in choices),
        "title": labels.TITLES[action],
        "button": labels.BUTTONS[action],
        "pin_label": labels.PINS.get(action),
        "nothing": labels.NOTHING[action],
        "error": SimpleNamespace(text=sentence(refusal), field=field) if refusal else None,
        "issued_date": request.form.get("issued_date") or office().today().isoformat(),
        "signs_as_leader": action == "approve",
        "form_token": request.form.get("form_token") or new_token(),
    }


def _ticked(action: str, choices: list, refusal: Refusal | None) -> set[str]:
    if refusal is not None:
        return set(request.form.getlist("docs"))
    every = request.args.get("tick") == "all"
    usual = TICKED.get(action, lambda _choice: False)
    return {f"{c.document.id}:{c.sha256}" for c in choices if every or usual(c)}


def status_page(found: Progress, turn: int) -> dict:
    batch = found.batch
    return {
        "batch": batch,
        "title": labels.TITLES[batch.action],
        "lines": found.lines,
        "reasons": {each.item.id: words(each.refusal) for each in found.lines if each.refusal},
        "outcomes": labels.OUTCOMES,
        "counts": found.counts,
        "job": _job(found),
        "turn": turn,
        "told": found.trouble,
        "on_token": found.counts["on_token"],
        "command": f"{COMMAND} --batch {batch.id}",
        "trouble": words(Refusal(found.trouble)) if found.trouble else None,
        "next_url": url_for("batches.choose", action=batch.action),
    }


def _job(found: Progress) -> SimpleNamespace:
    counts, total = found.counts, len(found.lines)
    state = "running"
    if found.is_over:
        state = "done" if counts["done"] == total else "failed"
    return SimpleNamespace(label=_label(found), state=state, detail=_detail(found), done_url=None)


def _label(found: Progress) -> str:
    counts, total = found.counts, len(found.lines)
    if not found.is_over and not (counts["waiting"] or counts["under_way"]):
        return _("Còn %(n)s trên %(total)s văn bản chờ token của bạn",
                 n=counts["on_token"], total=total)  # fmt: skip
    if not found.is_over:
        over = total - counts["waiting"] - counts["under_way"] - counts["on_token"]
        return _("Đã xong %(n)s trên %(total)s văn bản", n=over, total=total)
    if counts["done"] == total:
        return _("Xong cả %(total)s văn bản", total=total)
    return _("Xong %(n)s trên %(total)s văn bản", n=counts["done"], total=total)


def _detail(found: Progress) -> str:
    counts = found.counts
    parts = []
    if counts["failed"]:
        parts.append(_("%(n)s văn bản không thành, xem lý do từng văn bản.", n=counts["failed"]))
    if counts["given_back"]:
        parts.append(_("%(n)s văn bản chưa làm vì đã dừng.", n=counts["given_back"]))
    if counts["on_token"]:
        command = f"{COMMAND} --batch {found.batch.id}"
        parts.append(_("Hãy cắm token rồi chạy ở máy đã ghép: %(command)s", command=command))
    return " ".join(parts)
