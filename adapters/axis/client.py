"""Our side of a call to an axis or hub: one method per operation, typed results, two errors.

A TemporaryAxisError means "unknown, maybe accepted": keep the message and send the same bytes
again later. A PermanentAxisError carries the axis's own code and words: repeating will not help.
The client never retries by itself, follows no redirect (a POST would become a GET) and always
checks the server's certificate; a private authority is trusted through `transport`, e.g.
`httpx.HTTPTransport(verify=ssl.create_default_context(cafile=...))`.
Packages go out of files and come in by pieces, so that a large one never stands in memory.
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from itertools import chain
from typing import TypeVar

import httpx

from adapters.axis import proofs, wire
from adapters.axis.answer import LONGEST_OUTLINE, Into, Result, in_memory, package_in
from adapters.axis.body import Body, Sent, Stored, hash_forms, stored
from adapters.axis.errors import (
    PermanentAxisError,
    TemporaryAxisError,
)
from adapters.axis.members import members_of, offered_members, read_members, records_in
from adapters.axis.operations import MESSAGE_KINDS, OPERATIONS, TRANSPORT_STATUSES
from adapters.axis.records import (
    Accepted,
    AgencyRecord,
    AuditHeadRecord,
    DirectoryRecord,
    LedgerRecord,
    News,
    Poll,
    ReceiptKeyRecord,
    ReceiptRecord,
    ReceivedItem,
    Record,
    SentItem,
    SynchronizeUnit,
)
from adapters.axis.together import Together
from domain.errors import Invalid

__all__ = ["Accepted", "AxisClient", "PermanentAxisError", "TemporaryAxisError"]

R = TypeVar("R", bound=Record)
Arguments = Mapping[str, str | list[str]]
SERVICE = "eDoc"
DEFAULT_TIMEOUT_S = 60.0
BYTES_PER_S = 8 * 1024 * 1024  # a hub reads and keeps so many of a package before it answers
PEEK = 64
TOO_EARLY = {408, 425, 429}  # the words of a server that may have us later
HUB_ERROR = "20"  # "hub error" (`axis.md` 9): of all coded answers the one that passes


def _now() -> datetime:
    return datetime.now(wire.VIETNAM)


@cache
def authorities() -> ssl.SSLContext:
    """The public authorities, read once: for every client anew would cost more than its calls."""
    return httpx.create_ssl_context()


class AxisClient(Together):
    """Calls as one registered system. Thread-safe; to be made after a fork, not before.

    `endpoint` is http(s)://host[/path] without a query. `timeout` is in seconds, for connecting
    and for each read and write. `transport` replaces the network (`httpx.WSGITransport(app)`).
    """

    def __init__(
        self,
        endpoint: str,
        system_id: str,
        secret: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.endpoint = checked_endpoint(endpoint)
        self.system_id = system_id
        self._secret = secret
        self._clock = clock
        self._http = httpx.Client(
            transport=transport, timeout=timeout, follow_redirects=False, verify=authorities()
        )

    def __repr__(self) -> str:
        return f"<AxisClient {self.system_id} at {self.endpoint}>"

    def __enter__(self) -> "AxisClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get_agencies_list(self) -> list[AgencyRecord]:
        return self._list("getAgenciesList", {}, AgencyRecord)

    def get_agencies_list_qd20(self, level: str = "1") -> list[AgencyRecord]:
        return self._list("getAgenciesListQD20", {"level": level}, AgencyRecord)

    def get_synchronize_unit(self) -> list[SynchronizeUnit]:
        return self._list("getSynchronizeUnit", {}, SynchronizeUnit)

    def register_agency(self, agency: Mapping[str, object]) -> None:
        """Register an agency described by a JSON object, whose members the axis defines."""
        self._answer("registerAgency", {}, wire.compact_json(dict(agency)).encode())

    def delete_agency(self, code: str) -> None:
        self._answer("deleteAgency", {"AgencyCode": code})

    def send_edoc(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> str:
        """Send one edXML file and return the axis's id of it; as `submit`."""
        return self.submit(package, kind, to).doc_id

    def submit(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> Accepted:
        """Send one edXML file.

        Without `to` the axis reads the recipients from the package. The hash is sent in the form
        of the SDK, the only one a real axis has ever been sent.
        """
        package = stored(package)
        arguments: dict[str, str | list[str]] = {"from": self.system_id, **_kind(kind)}
        if to is not None:
            arguments["to"] = list(to)
        arguments["hash-file"] = hash_forms(bytes.fromhex(package.sha256))[1]
        answer = self._answer("sendEdoc", arguments, Sent(package))
        doc_id, receipt = answer.get("DocId"), answer.get("receipt")
        if not isinstance(doc_id, str | int) or not str(doc_id):
            raise TemporaryAxisError("sendEdoc: success without DocId")
        return Accepted(str(doc_id), receipt if isinstance(receipt, str) else "")

    def received_list(self, kind: str = "edoc") -> list[ReceivedItem]:
        return self._list("getReceivedEdocList", _kind(kind), ReceivedItem)

    def get_edoc(self, doc_id: str, into: Into[Result] = in_memory) -> Result:
        """The package, its pieces handed to `into` as they come, and what that makes of them. It
        must keep nothing before the last piece: whether the answer is good shows only then."""
        with self._opened("getEdoc", {"docId": doc_id}) as response:
            check = partial(members_of, "getEdoc", response.status_code)
            return into(package_in(response.iter_bytes(), check))

    def download_edoc(self, doc_id: str, into: Into[Result] = in_memory) -> Result:
        """As `get_edoc`, the package as the body itself. An error page must not pass for one."""
        with self._opened("downloadEdoc", {"docId": doc_id}) as response:
            pieces = response.iter_bytes()
            head = _head(pieces, PEEK)
            start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:PEEK].lower()
            if response.is_success and start.startswith(b"<") and b"html" not in start:
                return into(chain([head], pieces))
            read_members("downloadEdoc", response.status_code, head + _head(pieces))
            raise TemporaryAxisError("downloadEdoc: the answer is not a package")

    def update_status(self, doc_id: str, status: str, receipt: str = "") -> None:
        """Acknowledge a received package: "processing", "done" or "fail" (transport only). A
        signed `receipt` is for hubs of ours alone."""
        if status not in TRANSPORT_STATUSES:
            raise ValueError(f"no such transport status: {status}")
        signed = {"receipt": receipt} if receipt else {}
        self._answer("updateStatus", {"status": status, "docId": doc_id, **signed})

    def sent_list(self, kind: str, doc_id: str) -> list[SentItem]:
        return self._list("getSentEdocList", {**_kind(kind), "docId": doc_id}, SentItem)

    def count_receive_edoc(self) -> int:
        return self._count("countReceiveEdoc", "edoc")

    def count_receive_status(self) -> int:
        return self._count("countReceiveStatus", "status")

    def directory_changes(self, since: int) -> list[DirectoryRecord]:
        """Our extension: every agency that changed after version `since`, oldest change first."""
        return self._list("getDirectoryChanges", {"since": str(since)}, DirectoryRecord)

    def lodge_audit_head(self, sequence: int, digest: str) -> None:
        """Our extension: another axis does not know it (ErrorCode 28 from a hub of ours)."""
        self._answer("lodgeAuditHead", {"sequence": str(sequence), "hash": digest})

    def audit_heads(self) -> list[AuditHeadRecord]:
        """What `lodge_audit_head` has left over there, the newest first."""
        return self._list("getAuditHeads", {}, AuditHeadRecord)

    def poll_received(self, also: Mapping[str, str]) -> Poll:
        """Our extension: documents and statuses that wait for this system and for the codes of
        `also`, given with their secrets, in one call. Raises NotOffered where it is unknown."""
        answer = self._extension_for("pollReceived", {}, also)
        items = answer.get("data")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise TemporaryAxisError("pollReceived: data is not a list of objects")
        codes = answer.get("codes")
        known = frozenset(map(str, codes)) if isinstance(codes, list) else frozenset()
        return Poll(tuple(map(ReceivedItem.from_wire, items)), known | {self.system_id})

    def await_received(self, also: Mapping[str, str], after: str, wait: int) -> News:
        """Our extension: answers as soon as something has come since the mark `after`, at the
        latest after `wait` seconds. Raises NotOffered where it is unknown."""
        arguments = {"after": after, "wait": str(wait)}
        answer = self._extension_for("awaitReceived", arguments, also)
        urgency = answer.get("urgency")
        return News(
            mark=str(answer.get("mark") or ""),
            is_new=answer.get("isNew") is True,
            urgency=urgency if isinstance(urgency, int) else 0,
        )

    def _extension_for(self, name: str, arguments: Arguments, also: Mapping[str, str]) -> dict:
        """A call for many."""
        return self._extension(name, {**arguments, "also": proofs.argument(also)}, also)

    def _extension(
        self,
        name: str,
        arguments: Arguments,
        also: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> dict:
        """A call that another axis does not know."""
        return offered_members(name, self._exchange(name, arguments, body, also))

    def lodge_receipt_key(self, key: str) -> None:
        """Our extension: publishes the key (hexadecimal) that signs our receipts."""
        self._answer("lodgeReceiptKey", {"key": key})

    def receipt_keys(self, code: str = "") -> list[ReceiptKeyRecord]:
        """Our extension: the keys of the system `code`; without one, the hub's own."""
        return self._list("getReceiptKeys", {"AgencyCode": code}, ReceiptKeyRecord)

    def receipts(self, since: int) -> list[ReceiptRecord]:
        """Our extension: recipients' receipts for what we sent, after the cursor `since`. Raises
        NotOffered where it is unknown."""
        answer = self._extension("getReceipts", {"since": str(since)})
        return records_in("getReceipts", answer, ReceiptRecord)

    def pass_receipt(self, doc_id: str, receipt: str, key: str) -> None:
        """Our extension: hands on the receipt of a recipient that we serve for a package we
        fetched, with the key that signed it. Raises NotOffered where it is unknown."""
        self._extension("passReceipt", {"docId": doc_id, "receipt": receipt, "key": key})

    def ledger(self, start: datetime, since: int) -> list[LedgerRecord]:
        """Our extension: what the hub carried from or to us since `start`, after the cursor."""
        at = start.astimezone(UTC).isoformat(timespec="seconds")
        return self._list("getLedger", {"start": at, "since": str(since)}, LedgerRecord)

    def _count(self, operation: str, kind: str) -> int:
        number = self._answer(operation, _kind(kind)).get("count")
        try:
            return int(number)  # type: ignore[call-overload]
        except (TypeError, ValueError):
            raise TemporaryAxisError(f"{operation}: count is not a number") from None

    def _list(self, operation: str, arguments: Arguments, record: type[R]) -> list[R]:
        return records_in(operation, self._answer(operation, arguments), record)

    def _answer(
        self, operation: str, arguments: Arguments, body: bytes | Body | None = None
    ) -> dict:
        response = self._exchange(operation, arguments, body)
        return read_members(operation, response.status_code, response.content)

    def _exchange(
        self,
        name: str,
        arguments: Arguments,
        body: bytes | Body | None = None,
        also: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        with self._opened(name, arguments, body, also) as response:
            response.read()
            return response

    @contextmanager
    def _opened(
        self,
        name: str,
        arguments: Arguments,
        body: bytes | Body | None = None,
        also: Mapping[str, str] | None = None,
    ) -> Iterator[httpx.Response]:
        """The answer to a call, its body still to be read. What breaks off is temporary, whenever
        it does."""
        operation = OPERATIONS[name]
        headers = wire.sign_headers(
            arguments, self.system_id, self._secret, operation.content_type, self._clock()
        )
        headers = proofs.add_proofs(headers, also) if also else headers
        content, timeout = operation.body if body is None else body, self._http.timeout
        if not isinstance(content, bytes):
            headers.append(("Content-Length", str(content.size)))
            content, timeout = content.pieces(), patience(timeout, content.size)
        sent = {"headers": headers, "content": content, "timeout": timeout}
        try:
            with self._http.stream(operation.method, f"{self.endpoint}/{name}", **sent) as response:
                passing = response.is_server_error or response.status_code in TOO_EARLY
                if passing or response.is_redirect:
                    raise TemporaryAxisError(f"{name}: HTTP {response.status_code}")
                yield response
        except httpx.HTTPError as error:
            raise TemporaryAxisError(f"{name}: {type(error).__name__}") from error


def patience(timeout: httpx.Timeout, size: int) -> httpx.Timeout:
    """As long as the hub needs, before its answer begins, to look at a package of this size."""
    known = timeout.as_dict()
    if known["read"] is not None:
        known["read"] += size / BYTES_PER_S
    return httpx.Timeout(**known)


def _head(pieces: Iterator[bytes], size: int = LONGEST_OUTLINE) -> bytes:
    """The first pieces, until there are that many bytes."""
    head = b""
    while len(head) < size and (piece := next(pieces, b"")):
        head += piece
    return head


def _kind(kind: str) -> dict[str, str]:
    if kind not in MESSAGE_KINDS:
        raise ValueError(f"no such kind of message: {kind}")
    return {"servicetype": SERVICE, "messagetype": kind}


def checked_endpoint(endpoint: str) -> str:
    """The address without a trailing slash. Operations are appended to it as plain text, so a
    query or fragment would swallow them. Raises Invalid "axis-endpoint-invalid"."""
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL:
        raise Invalid("axis-endpoint-invalid", endpoint=endpoint) from None
    extras = url.query or url.fragment or url.userinfo
    if url.scheme not in ("http", "https") or not url.host or extras:
        raise Invalid("axis-endpoint-invalid", endpoint=endpoint)
    return endpoint.rstrip("/")
