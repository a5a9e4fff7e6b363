"""What can be asked of every axis, and what a gateway shares with the others: one HTTP client, its
errors, answers that are no JSON. Operations that a kind of axis does not have raise NotOffered."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol, Self

import httpx

from adapters.axis.answer import Into, Result, in_memory
from adapters.axis.body import Stored
from adapters.axis.client import (
    DEFAULT_TIMEOUT_S,
    authorities,
    checked_endpoint,
    patience,
)
from adapters.axis.errors import (
    AxisError,
    NotOffered,
    TemporaryAxisError,
    not_an_answer,
    refusal_of,
)
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
    SentItem,
)
from adapters.axis.together import Sending, Word


class Connector(Protocol):
    """A line to an axis on which one system speaks. Errors as of AxisClient."""

    endpoint: str
    system_id: str

    def send_edoc(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> str: ...
    def submit(
        self, package: bytes | Stored, kind: str, to: list[str] | None = None
    ) -> Accepted: ...
    def received_list(self, kind: str = "edoc") -> list[ReceivedItem]: ...
    def get_edoc(self, doc_id: str, into: Into[Result] = in_memory) -> Result: ...
    def update_status(self, doc_id: str, status: str, receipt: str = "") -> None: ...
    def sent_list(self, kind: str, doc_id: str) -> list[SentItem]: ...
    def get_agencies_list(self) -> list[AgencyRecord]: ...
    def directory_changes(self, since: int) -> list[DirectoryRecord]: ...
    def lodge_audit_head(self, sequence: int, digest: str) -> None: ...
    def audit_heads(self) -> list[AuditHeadRecord]: ...
    def lodge_receipt_key(self, key: str) -> None: ...
    def receipt_keys(self, code: str = "") -> list[ReceiptKeyRecord]: ...
    def receipts(self, since: int) -> list[ReceiptRecord]: ...
    def pass_receipt(self, doc_id: str, receipt: str, key: str) -> None: ...
    def ledger(self, start: datetime, since: int) -> list[LedgerRecord]: ...
    def poll_received(self, also: Mapping[str, str]) -> Poll: ...
    def await_received(self, also: Mapping[str, str], after: str, wait: int) -> News: ...
    def submit_many(self, sendings: Sequence[Sending]) -> list[Accepted | AxisError]: ...
    def fetch_many(
        self, doc_ids: Sequence[str], into: Into[Result]
    ) -> dict[str, Result | AxisError]: ...
    def update_many(self, words: Sequence[Word]) -> list[AxisError | None]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True)
class Credentials:
    """What a system proves itself by: the secret of its unit, and where a token is to be had first
    the client's name and secret for that."""

    secret: str
    client_id: str = ""
    client_secret: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """From what `str` wrote; any other text is the secret itself."""
        try:
            values = json.loads(text) if text.startswith("{") else None
        except ValueError:
            values = None
        if not isinstance(values, dict):
            return cls(text)
        return cls(**{name: str(values.get(name, "")) for name in cls.__dataclass_fields__})

    def __str__(self) -> str:
        if not (self.client_id or self.client_secret or self.secret.startswith("{")):
            return self.secret
        return json.dumps(asdict(self))

    def __repr__(self) -> str:
        return "<Credentials>"


class Gateway(ABC):
    """What the gateways of the provinces share. `endpoint` is http(s)://host[/path]."""

    def __init__(
        self,
        endpoint: str,
        system_id: str,
        credentials: Credentials,
        *,
        transport: httpx.BaseTransport | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        self.endpoint = checked_endpoint(endpoint)
        self.system_id = system_id
        self._credentials = credentials
        self._http = httpx.Client(
            transport=transport, timeout=timeout, follow_redirects=False, verify=authorities()
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.system_id} at {self.endpoint}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    @abstractmethod
    def send_edoc(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> str: ...

    def submit(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> Accepted:
        """Sends; no gateway signs a receipt."""
        return Accepted(self.send_edoc(package, kind, to))

    def sent_list(self, kind: str, doc_id: str) -> list[SentItem]:
        raise NotOffered("getSentEdocList")

    def directory_changes(self, since: int) -> list[DirectoryRecord]:
        raise NotOffered("getDirectoryChanges")

    def lodge_audit_head(self, sequence: int, digest: str) -> None:
        raise NotOffered("lodgeAuditHead")

    def audit_heads(self) -> list[AuditHeadRecord]:
        raise NotOffered("getAuditHeads")

    def lodge_receipt_key(self, key: str) -> None:
        raise NotOffered("lodgeReceiptKey")

    def receipt_keys(self, code: str = "") -> list[ReceiptKeyRecord]:
        raise NotOffered("getReceiptKeys")

    def receipts(self, since: int) -> list[ReceiptRecord]:
        raise NotOffered("getReceipts")

    def pass_receipt(self, doc_id: str, receipt: str, key: str) -> None:
        raise NotOffered("passReceipt")

    def ledger(self, start: datetime, since: int) -> list[LedgerRecord]:
        raise NotOffered("getLedger")

    def poll_received(self, also: Mapping[str, str]) -> Poll:
        raise NotOffered("pollReceived")

    def await_received(self, also: Mapping[str, str], after: str, wait: int) -> News:
        raise NotOffered("awaitReceived")

    def submit_many(self, sendings: Sequence[Sending]) -> list[Accepted | AxisError]:
        raise NotOffered("sendMany")

    def fetch_many(
        self, doc_ids: Sequence[str], into: Into[Result]
    ) -> dict[str, Result | AxisError]:
        raise NotOffered("fetchMany")

    def update_many(self, words: Sequence[Word]) -> list[AxisError | None]:
        raise NotOffered("updateMany")

    def _request(self, method: str, url: str, **options) -> httpx.Response:
        """One call, its answer read as a whole."""
        with self._opened(method, url, **options) as response:
            response.read()
            return response

    @contextmanager
    def _opened(self, method: str, url: str, **options) -> Iterator[httpx.Response]:
        """One call, its answer still to be read. Nobody there, a fault over there or a redirect:
        unknown, maybe accepted."""
        try:
            with self._http.stream(method, url, **options) as response:
                passing = response.is_server_error or response.status_code == 429
                if passing or response.is_redirect:
                    raise TemporaryAxisError(f"{url}: HTTP {response.status_code}")
                yield response
        except httpx.HTTPError as error:
            raise TemporaryAxisError(f"{url}: {type(error).__name__}") from error

    def _patience(self, package: Stored) -> httpx.Timeout:
        return patience(self._http.timeout, package.size)


def json_of(response: httpx.Response) -> object:
    """The answer's JSON; raises TemporaryAxisError where it is none, PermanentAxisError where what
    was sent is too large for somebody in between."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        raise not_an_answer(response.url.path, response.status_code) from None


def members_of(response: httpx.Response, codes: tuple[str, ...]) -> dict:
    """The members of an answer that says success; its code is under the first of `codes` that it
    has. Raises what the code means (adapters/axis/errors.py)."""
    return successful(json_of(response), response, codes)


def successful(answer: object, response: httpx.Response, codes: tuple[str, ...]) -> dict:
    """The same of an answer that was read apart; None for one that is no JSON."""
    if not isinstance(answer, dict):
        raise TemporaryAxisError(f"{response.url.path}: not an object")
    code = next((str(answer[name]) for name in codes if name in answer), None)
    if code is None:
        raise TemporaryAxisError(f"{response.url.path}: HTTP {response.status_code}, no code")
    if code != "0":
        raise refusal_of(code, description(answer))
    return answer


def description(answer: Mapping) -> str:
    named = ("ErrorDesc", "errorDesc", "message", "description", "error_description")
    return next((str(answer[name])[:300] for name in named if answer.get(name)), "")


def items_of(answer: object) -> list[dict]:
    """The list in an answer: bare, or under `data`."""
    found = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise TemporaryAxisError("not a list of objects")
    return found
