"""What is wrong with a receipt that has come to a node, if anything: with its signature, with what
it says of the package it is for. It is noted with the receipt, and told to the clerks."""

from dataclasses import dataclass

from sqlalchemy import select

from adapters import receipts
from domain.errors import Invalid
from models.exchange import Dispatch, ExchangeMessage
from models.receipts import Receipt, ReceiptRole
from services import directory, receipt_keys
from services.exchange import links, transport
from services.unit_of_work import Work

UNKNOWN_KEY = "receipt-key-unknown"
UNKNOWN_MESSAGE = "receipt-message-unknown"
NOT_YET = {UNKNOWN_KEY, UNKNOWN_MESSAGE}  # nothing is wrong, something is not there yet
WRONG = "exchange:receipt_wrong"


@dataclass(frozen=True)
class Line:
    """What a call over a line needs: whose it is and to which hub."""

    agency_id: int
    system_id: str
    endpoint: str

    @property
    def hub(self) -> str:
        return f"hub:{self.endpoint}"[:500]


def judge(work: Work, row: Receipt, line: Line, message: ExchangeMessage | None) -> None:
    """Notes what a receipt says and what is wrong with it."""
    owner = row.signer_code if row.role == ReceiptRole.RECIPIENT else line.hub
    try:
        said, problem = receipt_keys.check(work.session, owner, row.text)
    except Invalid as refusal:
        said, problem = {}, refusal.code
    row.key_id = str(said.get("key_id", ""))[:16]
    row.document_uid = str(said.get("document_id", ""))[:200]
    row.payload_sha256 = str(said.get("payload_sha256", ""))[:64]
    if message is not None:
        row.message_id = message.id
        problem = problem or _contradiction(work, row, said, line, message)
    row.problem = problem or ("" if message is not None else UNKNOWN_MESSAGE)
    if row.problem and row.problem not in NOT_YET:
        _tell(work, row, line)


def _contradiction(
    work: Work, row: Receipt, said: receipts.Facts, line: Line, message: ExchangeMessage
) -> str:
    """Where a receipt that is signed well is not one for this package."""
    if said.get("payload_sha256") != message.payload_sha256 and not _same_content(said, message):
        return "receipt-other-bytes"
    expected = {"role": row.role, "sender": line.system_id, "document_id": message.document_uid}
    if row.role == ReceiptRole.RECIPIENT:
        expected["signer"] = row.signer_code
    else:
        expected["hub_doc_id"] = message.hub_doc_id
    if any(said.get(name) != value for name, value in expected.items()):
        return "receipt-other-facts"
    return "" if _names_all(work, row, said, message) else "receipt-recipient-missing"


def _same_content(said: receipts.Facts, message: ExchangeMessage) -> bool:
    content = said.get("content_sha256") if said.get("role") == ReceiptRole.RECIPIENT else None
    return content is not None and content == message.content_sha256


def _names_all(work: Work, row: Receipt, said: receipts.Facts, message: ExchangeMessage) -> bool:
    """Whether the hub's receipt names everybody the package went to; it may know an agency by its
    present code where we wrote the former one, or have forwarded to a successor."""
    if row.role != ReceiptRole.HUB:
        return True
    sent = select(Dispatch.recipient_code).where(
        Dispatch.message_id == message.id, Dispatch.transport_state.not_in(transport.IN_TROUBLE)
    )
    told = said.get("recipients")
    named = set(map(str, told if isinstance(told, list) else ()))
    missing = set(work.session.scalars(sent)) - named
    later = directory.later_codes(work.session, missing) if missing else {}
    return all(named.intersection(later.get(code, ())) for code in missing)


def _tell(work: Work, row: Receipt, line: Line) -> None:
    work.session.flush()
    work.audit(WRONG, row, problem=row.problem, hub_doc_id=row.hub_doc_id, signer=row.signer_code)
    message = work.session.get(ExchangeMessage, row.message_id) if row.message_id else None
    subject = message or links.of_agency(work.session, line.agency_id)
    transport.tell_clerks(work, line.agency_id, WRONG, subject, problem=row.problem)
