"""What is wrong with an agency's registers in themselves (law 7): numbers skipped, doubled, beyond
the last one, without a document; documents without a number."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.copies import CertifiedCopy
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from models.registers import EntryState, Register, RegisterEntry, RegisterKind
from models.secret_documents import SecretDocument
from services.exchange.differences import Found

NAMED = 20
NUMBERED = {
    RegisterKind.INCOMING: IncomingDocument,
    RegisterKind.OUTGOING: OutgoingDocument,
    RegisterKind.COPY: CertifiedCopy,
    RegisterKind.OUTGOING_SECRET: SecretDocument,
}


def found(session: Session, agency_id: int, since_year: int) -> Iterator[Found]:
    """Every fault of the registers from that year on."""
    books = select(Register).where(Register.agency_id == agency_id, Register.year >= since_year)
    for book in session.scalars(books.order_by(Register.id)):
        yield from _numbers(session, book)
        yield from _without_document(session, book)
    yield from _without_number(session, agency_id)


def counted(session: Session, agency_id: int, since_year: int) -> int:
    books = select(Register.last_number).where(
        Register.agency_id == agency_id, Register.year >= since_year
    )
    return sum(session.scalars(books))


def _numbers(session: Session, book: Register) -> Iterator[Found]:
    query = select(RegisterEntry.number, RegisterEntry.sub_number)
    given = session.execute(query.where(RegisterEntry.register_id == book.id)).all()
    numbers = {number for number, _ in given}
    problems = {
        "number-skipped": set(range(1, book.last_number + 1)) - numbers,
        "number-beyond": {number for number in numbers if number > book.last_number},
        "number-doubled": {n for (n, _), times in Counter(map(tuple, given)).items() if times > 1},
    }
    for kind, wrong in problems.items():
        if wrong:
            yield _of_book(kind, book, sorted(wrong))


def _without_document(session: Session, book: Register) -> Iterator[Found]:
    model = NUMBERED[book.kind]
    query = select(RegisterEntry.number).where(
        RegisterEntry.register_id == book.id,
        RegisterEntry.state == EntryState.GIVEN,
        ~exists().where(model.number_entry_id == RegisterEntry.id),
    )
    if wrong := sorted(session.scalars(query)):
        yield _of_book("number-without-document", book, wrong)


def _of_book(kind: str, book: Register, numbers: list[int]) -> Found:
    more = f" (+{len(numbers) - NAMED})" if len(numbers) > NAMED else ""
    shown = ", ".join(map(str, numbers[:NAMED])) + more
    details = {"book": book.name, "numbers": shown, "year": book.year, "register": book.kind}
    return Found(kind, "register", book.id, details)


def _without_number(session: Session, agency_id: int) -> Iterator[Found]:
    for model, given_at in (
        (IncomingDocument, IncomingDocument.registered_at),
        (OutgoingDocument, OutgoingDocument.issued_at),
    ):
        query = select(model.id).where(
            model.agency_id == agency_id, given_at.is_not(None), model.number_entry_id.is_(None)
        )
        for document_id in session.scalars(query.limit(NAMED)):
            yield Found("document-without-number", model.__tablename__, document_id)
