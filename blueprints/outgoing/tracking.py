"""What became of a dispatched document at each recipient: how far its package came, and apart from
that what the recipient did with it."""

from collections.abc import Iterable

from flask_babel import gettext as _

from blueprints import labels as words_of
from blueprints.problems import problem_text
from domain.dates import local
from domain.exchange_flow import BusinessCode, TransportState
from domain.outgoing_flow import OutgoingState as S
from extensions import current_actor, office
from models.exchange import Dispatch, Route
from models.outgoing import OutgoingDocument
from services.exchange import resuming
from services.outgoing import queries


def shown(doc: OutgoingDocument) -> dict:
    if doc.state != S.DISPATCHED:
        return {"dispatches": [], "replies": []}
    made = queries.dispatches(office(), doc)
    again = resuming.resendable(office(), current_actor(), doc.id) if _stuck(made) else set()
    waiting = [each for each in made if each.transport_state == TransportState.QUEUED]
    on_the_way = {"state": (_("Đang gửi"), "info")} if made and len(waiting) == len(made) else {}
    return {
        "dispatches": [_dispatch(each) | {"resend": each.id in again} for each in made],
        "waiting_to_go": bool(waiting),
        "replies": queries.answers_to(office(), current_actor(), doc),
        **on_the_way,  # nobody has been sent anything yet: the document's own state says too much
    }


def _stuck(made: Iterable[Dispatch]) -> bool:
    return any(each.transport_state == TransportState.FAILED for each in made)


def _dispatch(dispatch: Dispatch) -> dict:
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
        "events": [*_transport_events(dispatch), *map(_status_event, dispatch.events)],
    }


def _transport_events(dispatch: Dispatch) -> list[dict]:
    by_hub = dispatch.route == Route.HUB
    stamps = (
        (_("Đưa vào hàng gửi"), dispatch.queued_at),
        (_("Gửi lên trục"), dispatch.sent_at if by_hub else None),
        (_("Đến nơi nhận"), dispatch.delivered_at),
    )
    return [{"title": title, "at": local(at), "tone": "plain"} for title, at in stamps if at]


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
