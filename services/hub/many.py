"""One call for all agencies of a node (our extension): what waits for each, and the long poll. Each
further agency is proven by an HMAC with its own secret (adapters/axis/proofs.py)."""

from sqlalchemy import update

from adapters.axis import proofs, reply, wire
from domain.roles import SYSTEM
from models.hub import HubAccount
from services.hub import accounts, deliveries, waiting
from services.hub.records import received_item
from services.office import Office
from services.unit_of_work import transaction


def received(office: Office, call: wire.Call, headers: wire.HeaderSource) -> reply.Reply:
    """Documents and statuses for all codes that are proven; the answer names these codes."""
    codes = _codes(office, call, headers)
    found = deliveries.waiting_for(office, codes)
    return reply.listing(map(received_item, found)) | {"codes": codes}


def awaited(office: Office, call: wire.Call, headers: wire.HeaderSource) -> reply.Reply:
    """Whether something new has come; waits for it."""
    codes = _codes(office, call, headers)
    seconds = call.arguments.get("wait", "")
    wait = int(seconds) if seconds.isascii() and seconds.isdecimal() and len(seconds) < 4 else 0
    mark, is_new = waiting.news(office, codes, call.arguments.get("after", ""), wait)
    urgency = waiting.urgency(office, codes) if is_new else 0
    return reply.done() | {"mark": str(mark), "isNew": is_new, "urgency": urgency}


def _codes(office: Office, call: wire.Call, headers: wire.HeaderSource) -> list[str]:
    found: dict[str, HubAccount] = {}

    def secrets_of(codes) -> dict[str, list[str]]:
        open_ones = [a for a in accounts.find_all(office, codes) if not a.is_locked]
        found.update({account.system_id: account for account in open_ones})
        return {code: accounts.secrets_of(office, account) for code, account in found.items()}

    further = proofs.proven(call, headers, secrets_of)
    _touch(office, [found[code] for code in further])
    return list(dict.fromkeys([call.system_id, *further]))


def _touch(office: Office, called: list[HubAccount]) -> None:
    """As accounts.touch, in one statement for all of them."""
    now = office.now()
    late = [a.id for a in called if _is_late(a, now - accounts.TOUCH_EVERY)]
    if late:
        with transaction(office, SYSTEM) as work:
            work.session.execute(
                update(HubAccount).where(HubAccount.id.in_(late)).values(last_call_at=now)
            )


def _is_late(account: HubAccount, before) -> bool:
    return account.last_call_at is None or account.last_call_at < before
