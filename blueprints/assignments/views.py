"""What there is to do: the list of a person and of a unit, and the steps people take in it."""

from flask import Blueprint, request, url_for

from blueprints.addresses import whole
from blueprints.answers import done, is_fragment, render
from blueprints.assignments.forms import StepForm
from blueprints.assignments.labels import DONE, TABS, WHOLE_AGENCY
from blueprints.words import sentence
from domain.errors import Conflict, Invalid
from domain.permissions import OVERSIGHT
from extensions import current_actor, office
from services import assignments
from services.assignments import queries

blueprint = Blueprint("assignments", __name__, url_prefix="/assignments")


@blueprint.get("/")
def index():
    number = max(request.args.get("page", 1, type=whole), 1)
    tab = request.args.get("state", "")
    found = queries.listing(office(), current_actor(), tab, number)
    return render("assignments/index.html", block="list", **_shown(found))


@blueprint.post(f"/<int:assignment_id>/<any({', '.join(DONE)}):action>")
def perform(assignment_id: int, action: str):
    form = StepForm(request.form)
    try:
        if not form.validate():
            raise Invalid("not-a-date", field="deadline", value=request.form.get("deadline"))
        changed = assignments.perform(office(), current_actor(), assignment_id, action, form.data)
    except (Invalid, Conflict) as refusal:
        return _again(assignment_id, action, refusal)
    if is_fragment():
        return _changed(assignment_id, str(DONE[action]))
    if "document" in request.form:
        where = url_for("incoming.document", document_id=changed.document_id)
    else:
        where = url_for("assignments.index", state=request.form.get("state") or None)
    return done(where, str(DONE[action]))


def _again(assignment_id: int, action: str, refusal):
    """The row again with the step opened, what was typed in it and why it was refused."""
    tried = {"action": action, "error": sentence(refusal), "typed": request.form}
    if is_fragment():
        return _row(assignment_id, tried, refusal.status)
    found = queries.one(office(), current_actor(), assignment_id)
    return render(
        "assignments/again.html", status=refusal.status, **_shown(found) | {"tried": tried}
    )


def _changed(assignment_id: int, said: str):
    """The row anew, with the counts of the page around it and what was done."""
    found = queries.one(office(), current_actor(), assignment_id)
    return render("assignments/changed.html", **_shown(found), a=found.rows[0], said=said)


def _row(assignment_id: int, tried: dict, status: int):
    """The refused row; a conflict too belongs into it: there is what was typed."""
    found = queries.one(office(), current_actor(), assignment_id)
    shown = _shown(found) | {"tried": tried}
    response = render("assignments/row.html", status=status, **shown, a=found.rows[0])
    response.headers["HX-Retarget"] = f"#cv-{assignment_id}"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _shown(found: queries.Listing) -> dict:
    return {
        "found": found,
        "tabs": _tabs(found),
        "tried": {},
        "today": office().today(),
        "per": queries.PER_PAGE,
    }


def _tabs(found: queries.Listing) -> list[dict]:
    """Who oversees the agency sees the work of all its units."""
    names = TABS | ({"unit": WHOLE_AGENCY} if current_actor().role in OVERSIGHT else {})
    here = found.tab or request.form.get("state")
    return [
        {
            "label": name,
            "url": url_for("assignments.index", state=key),
            "count": found.counts[key],
            "active": key == here,
        }
        for key, name in names.items()
    ]
