"""What waits for a person's own token, as conditions of SQL: for counts and for the list that shows
the same."""

from sqlalchemy import ColumnElement, and_

from domain.permissions import relations_granting
from domain.roles import Actor
from models.copies import CertifiedCopy, CopySigning
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest, SigningState

# What is asked for, and what it is about.
KINDS = {"document": (SigningRequest, OutgoingDocument), "copy": (CopySigning, CertifiedCopy)}
SIGNING = {"document": ("outgoing:approve", "outgoing:issue"), "copy": ("copy:sign",)}


def conditions(actor: Actor) -> dict[str, ColumnElement[bool]]:
    """By the kind of what waits, for who may sign such things at all."""
    return {
        kind: _waits(actor, kind)
        for kind, actions in SIGNING.items()
        if any(relations_granting(actor, action) for action in actions)
    }


def _waits(actor: Actor, kind: str) -> ColumnElement[bool]:
    asked, document = KINDS[kind]
    about = asked.copy_id if kind == "copy" else asked.document_id
    return and_(
        about == document.id,
        asked.person_id == actor.person_id,
        asked.state == SigningState.AWAITING_TOKEN,
        document.agency_id == actor.agency_id,
    )
