"""A form that makes something carries a token, new each time it is drawn and kept with what was
made: sent twice, by a second press or the way back, it makes one thing."""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import select

from domain.roles import Actor
from services.office import Office

Made = TypeVar("Made")


def token_of(actor: Actor, form: Mapping[str, object]) -> str | None:
    """What is kept of the form's token: bound to who sent it and for which agency."""
    token = str(form.get("form_token") or "")
    text = f"{actor.agency_id}:{actor.person_id}:{token}"
    return hashlib.sha256(text.encode()).hexdigest() if token else None


def made_with(office: Office, kind: type[Made], token: str | None) -> Made | None:
    """What this drawn form made already."""
    if token is None:
        return None
    return office.session().scalars(select(kind).where(kind.form_token == token)).one_or_none()
