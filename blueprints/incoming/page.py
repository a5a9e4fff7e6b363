"""What the pages of incoming documents show: the dossier with its forms, the rows of the list, the
desk for a paper document."""

from flask import request, url_for
from flask_babel import gettext as _

from blueprints import viewer
from blueprints.addresses import whole
from blueprints.forms import new_token, refuse
from blueprints.incoming import labels
from blueprints.incoming.forms import ACTIONS, ActionForm, PaperForm
from blueprints.incoming.history import events
from blueprints.preserved import mark
from blueprints.signatures import told
from domain.errors import Refusal
from extensions import current_actor, office
from models.incoming import IncomingDocument
from services import changes, stamps
from services.incoming import access, queries
from services.incoming.caution import is_plain
from services.incoming.desk import Desk, open_desk
from services.incoming.dossier import Dossier, open_dossier
from services.incoming.uploads import Upload

FIELD_OF = {"number-taken": "number", "register-closed": "arrival_date"}
OTHER_NUMBER = {"number-taken", "number-not-next", "form-used"}
NEVER_LOST = ("version", "csrf_token", "upload", "file")


def listed(found: queries.Listing) -> dict:
    return {
        "found": found,
        "at_once": {each.id for each in found.rows if is_plain(each)},
        "labels": labels,
        "tabs": _tabs(found),
        "today": office().today(),
        "per": queries.PER_PAGE,
    }


def _tabs(found: queries.Listing) -> list[dict]:
    """Of the list, which a row's answer brings along for the list it was pressed in."""
    here = found.tab or request.form.get("row")
    return [
        {
            "label": label,
            "url": url_for("incoming.index", state=key),
            "count": found.counts[key],
            "active": key == here,
        }
        for key, label in labels.TABS.items()
    ]


def of(document_id: int, tried: ActionForm | None = None, refusal: Refusal | None = None) -> dict:
    """The page of a document; `tried` is the form that was refused: it keeps what was typed."""
    dossier = open_dossier(office(), current_actor(), document_id)
    document = dossier.document
    if tried is not None and refusal is not None:
        blame(tried, refusal)
    forms = {action: _form(action, dossier, tried) for action in dossier.actions}
    if refusal is not None and refusal.code in OTHER_NUMBER and "register" in forms:
        _propose(forms["register"], dossier.next_number)
    return {
        "dossier": dossier,
        "d": document,
        "forms": forms,
        "tried": tried,
        "lost": _lost(tried) if tried is not None and tried.action not in forms else [],
        "labels": labels,
        "why": labels.WHY[access.grant_to_view(current_actor(), document).relation],
        "papers": document.papers,
        "shown": _shown(document, request.args.get("paper", 1, type=whole)),
        "verdicts": {sha: told(found) for sha, found in dossier.signatures.items()},
        "preserved_as": {sha: mark(each) for sha, each in dossier.preserved.items()},
        "change_actions": {
            each.id: changes.available(current_actor(), each) for each in dossier.changes
        },
        "events": events(dossier),
    }


def of_paper(form: PaperForm, upload: Upload | None = None, refusal: Refusal | None = None) -> dict:
    """The desk at which a paper document is registered."""
    desk: Desk = open_desk(office(), current_actor(), upload)
    if refusal is not None:
        blame(form, refusal)
        if refusal.code in OTHER_NUMBER:
            _propose(form, desk.next_number)
        if refusal.code == "form-used":  # sent again, it is another document
            form.form_token.data = new_token()
    form.offer(desk, fresh=not form.is_submitted())
    duplicate = refusal.fields if refusal and "document_id" in refusal.fields else None
    return {
        "form": form,
        "desk": desk,
        "upload": upload,
        "sources": {name: _("đọc từ tệp") for name in _as_read(form, desk)},
        "duplicate": duplicate,
    }


def blame(form: ActionForm, refusal: Refusal) -> None:
    """Puts the refusal beside its field; some name none, and are about one all the same."""
    about = "file" if refusal.code.startswith("pdf-") else FIELD_OF.get(refusal.code, "")
    refuse(form, refusal, otherwise=about)


def said(action: str, document: IncomingDocument) -> str:
    """What just happened, in a sentence."""
    director = document.director.person.full_name if document.director_id else ""
    if action == "register" and director:
        return _("Đã vào sổ với số đến %(n)s và trình %(who)s.", n=document.arrival_number,
                 who=director)  # fmt: skip
    return {
        "register": _("Đã vào sổ với số đến %(n)s.", n=document.arrival_number or ""),
        "refuse": _("Đã từ chối tiếp nhận; bên gửi sẽ nhận được lý do."),
        "submit": _("Đã trình %(who)s.", who=director),
        "direct": _("Đã ghi bút phê và giao việc cho các đơn vị."),
        "close": _("Đã kết thúc văn bản."),
    }[action]


def _form(action: str, dossier: Dossier, tried: ActionForm | None) -> ActionForm:
    is_tried = tried is not None and tried.action == action
    form = tried if is_tried else ACTIONS[action](formdata=None)
    form.offer(dossier, fresh=not is_tried)
    form.version.data = dossier.document.version
    form.version.raw_data = None
    return form


def _propose(form: ActionForm, number: int | None) -> None:
    form.number.data, form.number.raw_data = number, None


def _lost(form: ActionForm) -> list[tuple[str, str]]:
    """What was typed into a form that the new state no longer offers."""
    typed = [
        (str(field.label.text or name), field.data)
        for name, field in form._fields.items()
        if name not in NEVER_LOST
    ]
    return [(label, value) for label, value in typed if isinstance(value, str) and value]


def _shown(document: IncomingDocument, ordinal: int) -> dict:
    """One paper at a time, the main one first: its pages, or why there are none."""
    paper = next((each for each in document.papers if each.ordinal == ordinal), document.main)
    is_pdf = paper.media_type == "application/pdf"
    shown = viewer.shown("incoming", document.id, paper.sha256, is_pdf)
    stamped = bool(shown["pages"]) and stamps.is_stamped(document, paper)
    if stamped:
        _lay_stamp(document, shown["pages"][0])
    return {"paper": paper, "stamped": stamped, **shown}


def _lay_stamp(document: IncomingDocument, first: dict) -> None:
    """Page 1 is shown with the stamp; `as` changes with what it says, so that browsers ask
    anew."""
    known = (document.version, document.stamp_left, document.stamp_top)
    where = {"document_id": document.id, "as": "-".join(map(str, known))}
    first["src"] = url_for("stamps.page", **where)
    first["large"] = url_for("stamps.page", zoom=1, **where)


def _as_read(form: PaperForm, desk: Desk) -> set[str]:
    """Fields that still hold what the file says."""
    return {
        name
        for name, value in desk.read.items()
        if name in form._fields and value and form._fields[name].data == value
    }
