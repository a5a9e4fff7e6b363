"""Which pages a person was shown: noted when the page of a document that waits for their signature
goes out to them, so that a batch can mark what they never opened."""

from sqlalchemy import select

from domain.outgoing_flow import OutgoingState
from domain.permissions import Relation
from domain.roles import Actor
from models.batches import Reading
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services.office import Office
from services.outgoing import access
from services.unit_of_work import INSERTS, transaction


def note(
    office: Office, actor: Actor, document: IncomingDocument | OutgoingDocument, sha256: str
) -> None:
    """The actor is being shown a page of this file."""
    if not isinstance(document, OutgoingDocument) or sha256 != document.to_sign_sha256:
        return
    if document.state != OutgoingState.AWAITING_LEADER:
        return
    if Relation.SIGNER not in access.relations(actor, document):
        return
    known = select(Reading.id).where(
        Reading.person_id == actor.person_id, Reading.file_sha256 == sha256
    )
    if office.session().scalar(known) is not None:
        return
    with transaction(office, actor) as work:
        insert = INSERTS[work.session.get_bind().dialect.name]
        row = insert(Reading.__table__).values(
            person_id=actor.person_id, file_sha256=sha256, at=work.now
        )
        work.session.execute(row.on_conflict_do_nothing())
