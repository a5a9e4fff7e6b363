"""What a copy looks like: the lines of the agency's signature on an electronic one, the print with
its last block for one on paper."""

from datetime import date, datetime

from adapters import pdf
from adapters.pdf.overlays import Overlay
from adapters.signing.blocks import Block
from adapters.typeset import font_bytes
from adapters.typeset.copy_block import CopyBlock, typeset_copy_block
from domain.authority import authority_lines, by_order, title_of_head
from domain.dates import date_line, signing_time
from domain.places import POINTS_PER_MM
from domain.roles import LEADERS, Role
from models.agencies import Appointment
from models.copies import CertifiedCopy
from services.accounts import posts
from services.delegations import authority_of
from services.office import Office
from services.stored_files import read_file

LABEL_TIME = "Thời gian ký"
LEFT_MM, TOP_MM, BOTTOM_MM, GAP_MM = 30.0, 20.0, 15.0, 6.0


def signature_block(copy: CertifiedCopy, at: datetime) -> Block:
    """NĐ 30/2020, Phụ lục I, phần II, mục I.3: kind of copy, copying agency, time of signing."""
    lines = (copy.title, copy.agency.name, f"{LABEL_TIME}: {signing_time(at)}")
    return Block(lines, font_bytes("Regular"))


def authority(office: Office, copy: CertifiedCopy) -> tuple[str, ...]:
    """The lines above the name of who approved the copy (NĐ 30/2020, Điều 13)."""
    signer: Appointment = copy.signer
    if copy.delegation is not None:
        return authority_of(copy.agency, signer, copy.delegation)
    heads = posts.holders(office.session(), copy.agency_id, {Role.LEADER}, office.today())
    head = heads[0].title if heads else title_of_head(signer.title)
    if signer.role not in LEADERS:
        return by_order(head, signer.title)
    deputy = signer.role == Role.DEPUTY_LEADER
    return authority_lines(copy.agency.authority, signer.title, head if deputy else "")


def printed(office: Office, copy: CertifiedCopy, day: date) -> bytes:
    """The pages with the block right under the last of them, on a page of its own where it does not
    fit. A print: no signature of the original is in it any more."""
    data = read_file(office, copy.input_sha256)
    block = typeset_copy_block(_block(office, copy, day))
    height = pdf.inspect(block).page_sizes[0][1] / POINTS_PER_MM
    last = pdf.inspect(data).pages - 1
    end, page_height = pdf.room_below(data, last)
    fits = end + GAP_MM + height + BOTTOM_MM <= page_height
    on, top = (last, end + GAP_MM) if fits else (last + 1, TOP_MM)
    overlay = Overlay(block, 0, LEFT_MM, top, on=(on,))
    return pdf.overlaid(data, [overlay], more=0 if fits else 1)


def _block(office: Office, copy: CertifiedCopy, day: date) -> CopyBlock:
    agency = copy.agency
    places = [line for line in copy.to_places.splitlines() if line.strip()]
    return CopyBlock(
        kind=copy.title,
        superior=(agency.superior_name.upper(),) if agency.superior_name else (),
        agency=(agency.name.upper(),),
        reference=copy.reference,
        place_date=f"{agency.place}, {date_line(day)}",
        authority=authority(office, copy),
        signer=copy.signer.person.full_name,
        recipients=(*(f"{place.strip(' ;-.')};" for place in places), "Lưu: VT."),
    )
