"""What differs between the requests that wait for a token: a document's, with its enclosures, and a
certified copy's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.errors import Refusal
from domain.roles import Actor
from models.tokens import TokenSigning
from services.copies import token as copies
from services.office import Office
from services.signing import token_documents as documents
from services.signing.token_rows import Asked, Holder, Part
from services.unit_of_work import Work


@dataclass(frozen=True)
class Kind:
    """`load`: the request with all that making its signature asks for; `see`: NotFound for whoever
    may not see what it is about; `check`: whether it may still be signed; `ready`: a file for our
    program; `base`: the same for the desktop program; `give_back`: the end without a signature;
    `job`: who does the rest."""

    name: str
    load: Callable[[Office, int], Asked | None]
    see: Callable[[Office, Actor, Asked], None]
    check: Callable[[Office, Asked], None]
    ready: Callable[[Office, Asked, TokenSigning, Holder, datetime], Part]
    base: Callable[[Office, Asked, TokenSigning], Part | None]
    give_back: Callable[[Work, Asked, Refusal], int]
    operation: Callable[[Asked, TokenSigning], str]
    file_name: Callable[[Asked, TokenSigning], str]
    job: str


def _kind(name: str, module) -> Kind:
    return Kind(
        name, module.load, module.see, module.check, module.ready, module.base, module.give_back,
        module.operation, module.file_name, module.KIND,
    )  # fmt: skip


DOCUMENT, COPY = _kind("document", documents), _kind("copy", copies)
KINDS = {each.name: each for each in (DOCUMENT, COPY)}
