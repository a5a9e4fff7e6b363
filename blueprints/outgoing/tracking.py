"""What became of a dispatched document at each recipient: how far its package came, and apart from
that what the recipient did with it."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from blueprints import labels as words_of
from blueprints.addresses import here
from blueprints.outgoing.labels import TRACKED
from blueprints.problems import problem_text
from blueprints.receipts import of_recipient
from domain.change_flow import ChangeState
from domain.dates import local
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import SENT
from domain.outgoing_flow import OutgoingState as S
from extensions import current_actor, office
from models.changes import Change
from models.exchange import Dispatch, Route
from models.outgoing import OutgoingDocument
from services.changes import asking
from services.exchange import receipts, resuming
from services.outgoing import queries, tracking
from services.outgoing.tracking import Count

SHOWN = 10


def shown(doc: OutgoingDocument) -> dict:
    """The first recipients, those in trouble before all others, and how many are in which state."""
    if doc.state not in SENT:
        return {"dispatches": [], "replies": [], "tracked": None, "taken_back_from": []}
    rows = tracking.first(office(), doc, SHOWN + 1)
    is_all = len(rows) <= SHOWN
    counts = tracking.counted(rows) if is_all else tracking.counts(office(), doc)
    total, waiting = _sum(counts), _sum(c for c in counts if c.transport == TransportState.QUEUED)
    all_wait = bool(total) and waiting == total and doc.state == S.DISPATCHED
    on_the_way = {"state": (_("Đang gửi"), "info")} if all_wait else {}
    return {
        "dispatches": _rows(rows[:SHOWN]),
        "tracked": {"total": total, "summary": _summary(counts)},
        "taken_back_from": [each for each in rows[:SHOWN] if asking.may_be_asked(each)],
        "waiting_to_go": bool(waiting),
        "revoked_with": next((c.notices for each in rows for c in each.changes if c.notices), []),
        "replies": queries.answers_to(office(), current_actor(), doc),
        **on_the_way,  # nobody has been sent anything yet: the document's own state says too much
    }


def listing(doc: OutgoingDocument, tab: str, text: str, page: int) -> dict:
    """One page of all recipients."""
    found = tracking.listing(office(), doc, tab, text, page)
    return {
        "found": found,
        "rows": _rows(found.rows),
        "per_page": tracking.PER_PAGE,
        "text": text,
        "tabs": [
            {
                "label": label,
                "url": here(tab=key, page=None),
                "count": found.counts[key],
                "active": key == found.tab,
            }
            for key, label in TRACKED.items()
        ],
    }


def _rows(dispatches: Sequence[Dispatch]) -> list[dict]:
    """Each with its receipts, and whether it can be sent again by itself."""
    again = resuming.resendable(office(), current_actor(), dispatches)
    proofs = receipts.of_dispatches(office(), dispatches)
    return [
        row(each)
        | {
            "resend": each.id in again,
            "receipts": of_recipient(
                proofs, each.message_id, each.recipient_code, receipts.is_overdue(office(), each)
            ),
        }
        for each in dispatches
    ]


def _sum(counts: Iterable[Count]) -> int:
    return sum(count.number for count in counts)


def _summary(counts: list[Count]) -> list[tuple[str, str, int]]:
    """Label, tone and number of each transport state, then of each business state there is."""
    tallied = [
        (*words, _sum(count for count in counts if getattr(count, layer) == code))
        for layer, table in (("transport", words_of.TRANSPORT), ("business", words_of.BUSINESS))
        for code, words in table.items()
    ]
    return [each for each in tallied if each[-1]]


def row(dispatch: Dispatch) -> dict:
    """Transport and business state apart, and the statuses in order."""
    return {
        "id": dispatch.id,
        "refused": dispatch.business_state == BusinessCode.REFUSED,
        "name": dispatch.recipient_name,
        "code": dispatch.recipient_code,
        "internal": dispatch.route == Route.INTERNAL,
        "transport": words_of.TRANSPORT.get(dispatch.transport_state, ("", "plain")),
        "business": words_of.BUSINESS.get(dispatch.business_state or ""),
        "problem": problem_text(dispatch.problem),
        "changes": sorted(dispatch.changes, key=lambda change: change.id),
        "events": sorted(
            [
                *_transport_events(dispatch),
                *map(_status_event, dispatch.events),
                *map(_change_event, dispatch.changes),
            ],
            key=lambda event: event["at"],
        ),
    }


def _transport_events(dispatch: Dispatch) -> list[dict]:
    by_hub = dispatch.route == Route.HUB
    stamps = (
        (_("Đưa vào hàng gửi"), dispatch.queued_at),
        (_("Gửi lên trục"), dispatch.sent_at if by_hub else None),
        (_("Đến nơi nhận"), dispatch.delivered_at),
    )
    return [{"title": title, "at": local(at), "tone": "plain"} for title, at in stamps if at]


def _change_event(change: Change) -> dict:
    kind = words_of.CHANGE_KIND[change.kind][0]
    told = change.state == ChangeState.TOLD
    return {
        "title": _("Đã báo: %(kind)s", kind=kind) if told else _("Yêu cầu: %(kind)s", kind=kind),
        "at": local(change.asked_at),
        "who": change.asked_by,
        "note": change.reason,
        "tone": "info",
    }


def _status_event(event) -> dict:
    label, tone = words_of.BUSINESS.get(event.code, (event.code, "plain"))
    who = ", ".join(part for part in (event.staff, event.department) if part)
    return {
        "title": f"{event.code} {label}",
        "at": local(event.at),
        "who": who,
        "note": event.description,
        "tone": tone,
    }
