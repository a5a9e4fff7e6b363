"""What the program on a person's computer says went wrong there, so that the page of what still
waits can tell it, with what to do."""

from collections.abc import Collection

from domain.errors import Conflict, Invalid
from models.tokens import SigningDevice
from services.office import Office
from services.tokens import waiting
from services.tokens.kinds import KINDS
from services.tokens.preparing import actor_of
from services.unit_of_work import transaction

REMOVED = "own-token-removed"
TROUBLES = frozenset(
    {
        REMOVED,
        "own-token-absent",
        "own-token-other",
        "own-token-pin-wrong",
        "own-token-pin-locked",
        "own-token-fault",
        "own-token-suspicious",
        "own-token-stopped",
    }
)
MOST = 300


def note(
    office: Office, device: SigningDevice, code: str, named: Collection[tuple[str, int]]
) -> int:
    """Notes it on the named requests of the computer's owner that still wait; gives how many.

    Raises Invalid("token-call-broken").
    """
    if code not in TROUBLES or len(named) > MOST or any(kind not in KINDS for kind, _id in named):
        raise Invalid("token-call-broken")
    waits = waiting.waiting_of(office.session(), device.person_id)
    mine = [
        (actor_of(each.asked), each.kind, each.asked.id)
        for each in waits
        if (each.kind.name, each.asked.id) in named
    ]
    device_id = device.id
    for actor, kind, asked_id in mine:
        with transaction(office, actor) as work:
            try:
                found = waiting.locked(work, kind, asked_id)
            except Conflict:
                continue
            for row in found.open:
                row.problem = code
            work.audit("signing:token_trouble", found.asked, code=code, device=device_id)
    return len(mine)
