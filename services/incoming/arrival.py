"""An arrival: a package of the exchange, or a document of a neighbour on the same node, becomes an
incoming document that waits to be registered. Once for each (agency, sender, document), law 6."""

from sqlalchemy import or_, select

from adapters.edxml.package import ResponseFor
from adapters.files import PDF
from domain.signed_files import may_be_signed
from domain.text import fold, nfc
from domain.verdicts import Verdict
from models.agencies import Agency
from models.incoming import IncomingDocument, Paper
from models.outgoing import OutgoingDocument
from services.accounts import posts
from services.incoming.parcel import Arrival, ArrivalFile
from services.incoming.text import clipped, search_text
from services.unit_of_work import Work


def arrive(work: Work, agency: Agency, arrival: Arrival) -> IncomingDocument:
    """The incoming document of this arrival; the one already there when it came before.

    Notifies the agency's clerks and asks for the files' signatures to be checked.
    """
    known = find(work, agency, arrival)
    if known is not None:
        return known
    document = _document(work, agency, arrival)
    document.papers = _papers(work, arrival)
    document.search_text = search_text(document)
    work.session.add(document)
    work.session.flush()
    work.audit("incoming:arrive", document, sender=arrival.sender_code, source=arrival.source)
    ask_for_inspection(work, document)
    for person_id in posts.clerks(work.session, agency.id, work.office.today()):
        work.notify(person_id, "incoming:arrive", document, summary(document))
    return document


def find(work: Work, agency: Agency, arrival: Arrival) -> IncomingDocument | None:
    return work.session.scalars(
        select(IncomingDocument).where(
            IncomingDocument.agency_id == agency.id,
            IncomingDocument.sender_code == arrival.sender_code,
            IncomingDocument.document_uid == arrival.document_uid,
        )
    ).one_or_none()


def ask_for_inspection(work: Work, document: IncomingDocument) -> None:
    """Signatures are checked by a worker; most kinds of files have none to check."""
    kept = [paper for paper in document.papers if paper.sha256]
    if any(may_be_signed(paper.file_name, paper.media_type) for paper in kept):
        urgency = document.papers[0].urgency
        work.enqueue("inspection", "inspect", document.id, priority=urgency)
    elif any(paper.is_damaged for paper in document.papers):
        document.verdict = str(Verdict.INCONCLUSIVE)
    else:
        document.verdict = "unsigned"


def put_files(work: Work, document: IncomingDocument, arrival: Arrival) -> None:
    """Other files in place of those the document has; their signatures are checked anew."""
    first, *rest = sorted(arrival.files, key=_main_first)
    for paper in document.papers[1:]:
        work.session.delete(paper)
    work.session.flush()
    work.session.expire(document, ["papers"])
    _put_file(work, document.main, first)
    enclosures = [_enclosure(n, file, arrival) for n, file in enumerate(rest, start=2)]
    for paper, file in zip(enclosures, rest, strict=True):
        _put_file(work, paper, file)
    document.papers.extend(enclosures)
    document.verdict = None
    work.session.flush()
    ask_for_inspection(work, document)


def summary(document: IncomingDocument) -> str:
    return clipped(f"{document.main.reference} {document.main.subject}", 500)


def _document(work: Work, agency: Agency, arrival: Arrival) -> IncomingDocument:
    return IncomingDocument(
        agency_id=agency.id,
        source=arrival.source,
        document_uid=arrival.document_uid,
        sender_code=arrival.sender_code,
        sender_name=clipped(arrival.sender_name, 500),
        message_id=arrival.message_id,
        dispatch_id=arrival.dispatch_id,
        answers_outgoing_id=_answers(work, agency, arrival),
        arrived_at=work.now,
        asked_by=arrival.asked_by,
        repairs=list(arrival.repairs),
    )


def _papers(work: Work, arrival: Arrival) -> list[Paper]:
    """The main paper bears the package's facts and the first sound PDF; the rest are enclosures."""
    files = sorted(arrival.files, key=_main_first)
    main = Paper(
        ordinal=1,
        issuer_name=clipped(arrival.sender_name, 500),
        number=clipped(arrival.number, 100),
        notation=clipped(arrival.notation, 100),
        reference=clipped(arrival.reference, 100),
        issued_date=arrival.issued_date,
        type_name=clipped(arrival.type_name, 100),
        subject=clipped(arrival.subject, 500),
        signer_name=clipped(arrival.signer_name, 100),
        signer_position=clipped(arrival.signer_position, 500),
        urgency=arrival.urgency,
        pages=arrival.pages,
        copies=arrival.copies,
    )
    enclosures = [_enclosure(n, file, arrival) for n, file in enumerate(files[1:], start=2)]
    for paper, file in zip([main, *enclosures], files, strict=False):
        _put_file(work, paper, file)
    return [main, *enclosures]


def _main_first(file: ArrivalFile) -> int:
    if file.kind != PDF:
        return 2
    return 1 if file.damaged else 0


def _enclosure(ordinal: int, file: ArrivalFile, arrival: Arrival) -> Paper:
    return Paper(
        ordinal=ordinal,
        issuer_name=clipped(arrival.sender_name, 500),
        subject=clipped(file.description or file.name, 500),
    )


def _put_file(work: Work, paper: Paper, file: ArrivalFile) -> None:
    paper.file_name = clipped(file.name, 500)
    paper.media_type = clipped(file.kind, 100)
    paper.is_damaged = file.damaged
    paper.sha256 = keep_file(work, file)


def keep_file(work: Work, file: ArrivalFile) -> str | None:
    """The digest of the file's bytes, which are in the store from now on; None without any."""
    if file.data:
        return work.store(file.data, file.kind)
    if file.size is not None:
        work.record_file(file.sha256, file.size, file.kind)
    return file.sha256


def _answers(work: Work, agency: Agency, arrival: Arrival) -> int | None:
    """Our document that this one answers: by its id, else by reference where the reference is
    said to be ours; among several of the same reference the one of the same date."""
    for answered in arrival.response_for:
        found = work.session.scalars(
            select(OutgoingDocument)
            .where(OutgoingDocument.agency_id == agency.id, _is_named(agency, answered))
            .order_by(OutgoingDocument.id.desc())
        ).all()
        if found:
            return max(found, key=lambda each: _likeness(each, answered)).id
    return None


def _is_named(agency: Agency, answered: ResponseFor):
    named = OutgoingDocument.document_uid == answered.document_id
    ours = fold(answered.organ_code) in {fold(agency.code), fold(agency.old_code), ""}
    if not ours or not answered.reference:
        return named
    return or_(named, OutgoingDocument.reference == nfc(answered.reference))


def _likeness(document: OutgoingDocument, answered: ResponseFor) -> tuple[bool, bool]:
    return (
        document.document_uid == answered.document_id,
        document.issued_date == answered.issued_date,
    )
