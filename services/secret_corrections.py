"""A row of the register of outgoing state secrets, corrected or cancelled: with a reason, with what
it said before and after. The number stays used."""

import hashlib
import json
import secrets
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.errors import Conflict, Invalid, NotFound
from domain.numbering import reference
from domain.permissions import Relation, require
from domain.roles import Actor
from models.registers import EntryState
from models.secret_documents import SecretDocument, SecretDocumentChange
from services.incoming.text import typed
from services.office import Office
from services.secret_documents import check, facts
from services.unit_of_work import Work, transaction

Form = Mapping[str, object]


def load(office: Office, actor: Actor, document_id: int) -> SecretDocument:
    """The row with its history. Raises Forbidden, NotFound."""
    require(actor, "secret_document:view", {Relation.AGENCY})
    return _found(office.session(), actor, document_id)


def correct(office: Office, actor: Actor, document_id: int, form: Form) -> None:
    """Puts other facts into the row; number and year stay. `form["version"]`, where given, is how
    many changes the person saw.

    Raises Forbidden, NotFound, Conflict: secret-cancelled, stale; Invalid: required,
    nothing-changed-here, issued-in-future, issued-other-year and what `check` refuses.
    """
    require(actor, "secret_document:correct", {Relation.AGENCY})
    check(form)
    with transaction(office, actor) as work:
        document, reason = _opened(work, document_id, form)
        after = facts(form)
        _check_day(office, document, after)
        after["reference"] = reference(document.number_entry.number, after["notation"])
        differ = [name for name, value in after.items() if getattr(document, name) != value]
        if not differ:
            raise Invalid("nothing-changed-here")
        before = {name: getattr(document, name) for name in differ}
        for name in differ:
            setattr(document, name, after[name])
        _note(work, document, "correct", reason, before, {name: after[name] for name in differ})


def cancel(office: Office, actor: Actor, document_id: int, form: Form) -> None:
    """Marks the row as cancelled; its number is not given again (NĐ 30/2020, Điều 15).

    Raises Forbidden, NotFound, Conflict: secret-cancelled, stale; Invalid: required, too-long.
    """
    require(actor, "secret_document:cancel", {Relation.AGENCY})
    with transaction(office, actor) as work:
        document, reason = _opened(work, document_id, form)
        entry = document.number_entry
        before, entry.state = entry.state, EntryState.CANCELLED
        _note(work, document, "cancel", reason, {"state": before}, {"state": entry.state})


def digest(change: SecretDocumentChange) -> str:
    """What the audit chain has of a change: SHA-256 over all that it says."""
    said = [change.nonce, change.document_id, change.action, change.reason, change.before,
            change.after, change.by]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _opened(work: Work, document_id: int, form: Form) -> tuple[SecretDocument, str]:
    document = _found(work.session, work.actor, document_id, lock=True)
    if document.is_cancelled:
        raise Conflict("secret-cancelled", reference=document.reference)
    if str(form.get("version") or len(document.changes)) != str(len(document.changes)):
        raise Conflict("stale")
    reason = typed(form, "reason", 500)
    if not reason:
        raise Invalid("required", field="reason")
    return document, reason


def _found(session: Session, actor: Actor, document_id: int, lock: bool = False) -> SecretDocument:
    query = (
        select(SecretDocument)
        .where(SecretDocument.id == document_id, SecretDocument.agency_id == actor.agency_id)
        .options(joinedload(SecretDocument.number_entry), selectinload(SecretDocument.changes))
    )
    if lock:
        query = query.with_for_update(of=SecretDocument)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("not-found")
    return found


def _check_day(office: Office, document: SecretDocument, after: dict) -> None:
    day, year = after["issued_date"], document.issued_date.year
    if day > office.today():
        raise Invalid("issued-in-future", field="issued_date")
    if day.year != year:
        raise Invalid("issued-other-year", field="issued_date", year=year)


def _note(
    work: Work, document: SecretDocument, action: str, reason: str, before: dict, after: dict
) -> None:
    change = SecretDocumentChange(
        document=document,
        action=action,
        reason=reason,
        before=_plain(before),
        after=_plain(after),
        by=work.actor.name,
        at=work.now,
        nonce=secrets.token_hex(16),
    )
    work.session.add(change)
    work.session.flush()
    # Administrators read the chain: it proves what was changed and does not say it (law 10).
    number = document.number_entry.number
    over = document.is_cancelled
    tag = "secret_document:cancel" if over else "secret_document:correct"
    work.audit(tag, document, number=number, changed=sorted(after), digest=digest(change))


def _plain(values: dict) -> dict:
    return json.loads(json.dumps(values, default=str))
