"""What a signature is made of: the request with all that belongs to it, and the parts that the
signing functions take beside the file and the key."""

from datetime import datetime

from sqlalchemy.orm import joinedload

from adapters.typeset import font_bytes
from domain.dates import date_line
from domain.errors import Conflict
from domain.numbering import printed_number
from models.agencies import Appointment
from models.outgoing import OutgoingDocument
from models.signing import SigningRequest
from services.office import Office
from services.signing import grounds

# NĐ 30/2020, Phụ lục I, mục IV: the number stands upright, place and date in italics.
NUMBER_FONT, DATE_FONT = FONTS = ("Regular", "Italic")


def load(office: Office, request_id: int) -> SigningRequest | None:
    """The request with all that making it asks for, as the database has it now."""
    document = joinedload(SigningRequest.document)
    options = (
        joinedload(SigningRequest.binding),
        document.joinedload(OutgoingDocument.agency),
        document.joinedload(OutgoingDocument.number_entry),
        document.joinedload(OutgoingDocument.signer).joinedload(Appointment.person),
    )
    return office.session().get(SigningRequest, request_id, options=options, populate_existing=True)


def of_leader(office: Office, request: SigningRequest, at: datetime) -> dict:
    """The parts of `sign_leader`, signed at this time. Raises Invalid("signature-image-missing"),
    Unavailable("file-damaged")."""
    person = request.document.signer.person
    image = grounds.read_file(office, person.signature_sha256, "signature-image-missing")
    return {"image_png": image, "signer_name": person.full_name, "at": at}


def of_seal(office: Office, request: SigningRequest, at: datetime) -> dict:
    """The parts of `issue`, signed at this time. Raises Conflict("number-missing"),
    Invalid("seal-image-missing"), Unavailable("file-damaged")."""
    doc = request.document
    if doc.number_entry is None or doc.issued_date is None:
        raise Conflict("number-missing")
    return {
        "number": printed_number(doc.number_entry.number) + doc.number_entry.sub_number,
        "date_text": date_line(doc.issued_date),
        "seal_png": grounds.read_file(office, doc.agency.seal_sha256, "seal-image-missing"),
        "seal_mm": doc.agency.seal_mm,
        "font": font_bytes(NUMBER_FONT),
        "date_font": font_bytes(DATE_FONT),
        "at": at,
    }
