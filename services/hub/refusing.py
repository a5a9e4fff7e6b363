"""What would have changed something at the hub and was refused is in the audit chain too."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.errors import Refusal
from domain.roles import Actor
from services.office import Office
from services.unit_of_work import transaction


@contextmanager
def noted(office: Office, system_id: str) -> Iterator[None]:
    """Whatever is refused of a call of this system."""
    try:
        yield
    except Refusal as refusal:
        note(office, system_id, [refusal])
        raise


def note(office: Office, system_id: str, refusals: Sequence[Refusal]) -> None:
    if not refusals:
        return
    with transaction(office, Actor(name=system_id)) as work:
        for refusal in refusals:
            fields = {name: str(value)[:200] for name, value in refusal.fields.items()}
            work.audit("hub:refuse", refusal=refusal.code, fields=fields)
