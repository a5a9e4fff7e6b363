"""Starting a batch: one form with the digests that were shown, one PIN, one authorisation for each
document, sealed for that document and digest alone; or the person's own token, which will be asked
for each of them. The work itself is done by a job."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select

from adapters.signing.keys import Authority, authorise, bind
from domain.batches import MOST, BatchKind
from domain.errors import Conflict, Invalid, NotFound
from domain.permissions import Relation
from domain.roles import Actor
from models.batches import BatchItem, SigningBatch
from models.outgoing import OutgoingDocument
from models.signing import SigningRole
from services.batches.choosing import kind_for, opened
from services.form_tokens import made_with, token_of
from services.office import Office
from services.outgoing import access
from services.outgoing.dating import issued_date, require_order
from services.signing import pins, proving
from services.signing.requests import AUTHORISED_FOR
from services.unit_of_work import Work, transaction

QUEUE, KIND = "signing", "batch"


@dataclass(frozen=True)
class Chosen:
    document_id: int
    sha256: str


def start(office: Office, actor: Actor, action: str, form: Mapping) -> int:
    """A batch over the documents that `form["docs"]` names as "id:digest", in this order; gives its
    id, or that of the batch which the same drawn form started before.

    Raises NotFound, Forbidden("not-allowed"); Invalid: batch-empty, batch-too-many(limit),
    batch-unopened(count) unless `unopened` says that it is meant, what the issue's date is refused
    for, and what `pins.open_key` refuses. A document that cannot be taken any more is no reason:
    it gets its own result.
    """
    kind = kind_for(actor, action)
    if known := made_with(office, SigningBatch, token_of(actor, form)):
        return known.id
    chosen = _chosen(form)
    documents = _documents(office, actor, chosen)
    _require_opened(office, actor, kind, chosen, form)
    common = _common(office, kind, documents, form)
    key = _key(office, actor, kind, chosen, form) if kind.signs else None
    try:
        return _start(office, actor, action, chosen, common, key, token_of(actor, form))
    except Conflict:
        # Two presses at once, and the other one was first.
        if known := made_with(office, SigningBatch, token_of(actor, form)):
            return known.id
        raise


def _key(
    office: Office, actor: Actor, kind: BatchKind, chosen: Sequence[Chosen], form: Mapping
) -> tuple[int, Authority | None]:
    """The binding and what opens its key; nothing does where the key is on the person's token."""
    role = SigningRole.LEADER if kind.relation == Relation.SIGNER else SigningRole.SEAL
    token = proving.token_of(office, actor, role)
    if token is not None:
        return token.id, None
    ids = [each.document_id for each in chosen]
    return pins.open_key(office, actor, role, pins.Typed.of(form), ids)


def _start(
    office: Office, actor: Actor, action: str, chosen: Sequence[Chosen], common: dict,
    key: tuple[int, Authority | None] | None, token: str | None,
) -> int:  # fmt: skip
    with transaction(office, actor) as work:
        batch = SigningBatch(
            agency_id=actor.agency_id,
            person_id=actor.person_id,
            person_name=actor.name,
            appointment_id=actor.appointment_id,
            action=action,
            binding_id=key and key[0],
            form=common,
            form_token=token,
            authorised_until=work.now + AUTHORISED_FOR,
            created_at=work.now,
        )
        work.session.add(batch)
        work.session.flush()
        work.session.execute(insert(BatchItem), _items(work, batch, chosen, key and key[1]))
        work.enqueue(QUEUE, KIND, batch.id)
        documents = [each.document_id for each in chosen]
        work.audit("batch:start", batch, action=action, documents=documents)
        return batch.id


def _items(
    work: Work, batch: SigningBatch, chosen: Sequence[Chosen], authority: Authority | None
) -> list[dict]:
    node_key = work.office.settings.node_key
    rows = []
    for ordinal, each in enumerate(chosen, 1):
        nonce = secrets.token_hex(32)
        binding = bound_to(batch, each.document_id, each.sha256, nonce)
        sealed = None
        if authority:
            sealed = authorise(authority.data_key, node_key, binding, authority.once)
        rows.append(
            {
                "batch_id": batch.id,
                "ordinal": ordinal,
                "document_id": each.document_id,
                "shown_sha256": each.sha256,
                "nonce": nonce,
                "authorisation": sealed,
            }
        )
    return rows


def bound_to(batch: SigningBatch, document_id: int, sha256: str, nonce: str) -> bytes:
    """What a document's authorisation is tied to: this batch, document and key, these bytes, this
    person, this hour."""
    parts = (batch.id, batch.action, document_id, batch.binding_id, nonce)
    name = "batch/" + "/".join(map(str, parts))
    until: datetime = batch.authorised_until.astimezone(UTC)
    return bind(name, sha256, str(batch.person_id), until)


def _chosen(form: Mapping) -> list[Chosen]:
    found: dict[int, Chosen] = {}
    for text in form.get("docs") or ():
        number, _colon, sha256 = str(text).partition(":")
        if not (number.isascii() and number.isdigit() and len(number) < 15 and len(sha256) == 64):
            raise NotFound("not-found")
        found.setdefault(int(number), Chosen(int(number), sha256))
    if not found:
        raise Invalid("batch-empty")
    if len(found) > MOST:
        raise Invalid("batch-too-many", limit=MOST)
    return list(found.values())


def _documents(office: Office, actor: Actor, chosen: Sequence[Chosen]) -> list[OutgoingDocument]:
    """In the order chosen; NotFound when the actor may not see one of them."""
    wanted = [each.document_id for each in chosen]
    query = select(OutgoingDocument).where(OutgoingDocument.id.in_(wanted), access.visible(actor))
    known = {doc.id: doc for doc in office.session().scalars(query)}
    if len(known) < len(wanted):
        raise NotFound("not-found")
    return [known[document_id] for document_id in wanted]


def _require_opened(
    office: Office, actor: Actor, kind: BatchKind, chosen: Sequence[Chosen], form: Mapping
) -> None:
    """Law 8: whoever signs what they never opened says so."""
    if kind.relation != Relation.SIGNER or form.get("unopened"):
        return
    digests = {each.sha256 for each in chosen}
    count = len(digests - opened(office, actor, digests))
    if count:
        raise Invalid("batch-unopened", field="unopened", count=count)


def _common(
    office: Office, kind: BatchKind, documents: Sequence[OutgoingDocument], form: Mapping
) -> dict:
    """What is typed once for all documents."""
    if kind.action != "issue":
        return {}
    if not str(form.get("issued_date") or "").strip():
        raise Invalid("required", field="issued_date")
    for doc in documents:
        day = issued_date(office, doc, form)
    require_order(office.session(), documents[0], day)
    return {"issued_date": day.isoformat()}
