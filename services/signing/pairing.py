"""Pairing a computer: its code becomes a secret, and what is on its token is offered for
binding."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.roles import SYSTEM
from services.office import Office
from services.signing import devices, token_bindings
from services.signing.token_bindings import KNOWN
from services.unit_of_work import transaction

__all__ = ["KNOWN", "Paired", "pair"]


@dataclass(frozen=True)
class Paired:
    """What the computer is told; `certificates` as `token_bindings.offer` gives them."""

    person: str
    secret: str = field(repr=False)
    certificates: list[tuple[str, str]] = field(default_factory=list)


def pair(office: Office, code: str, name: str, certificates: Sequence[bytes]) -> Paired:
    """Raises SignedOut("pairing-code-wrong"); an unfit certificate does not prevent it."""
    with transaction(office, SYSTEM) as work:
        device, secret = devices.take(work, code, name)
        offered = token_bindings.offer(work, device.person_id, certificates)
        return Paired(device.person.full_name, secret, offered)
