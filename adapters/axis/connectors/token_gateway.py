"""Gateway with tokens (a provincial service bus, Quảng Nam's way): OAuth2 client credentials at
`/token` of the host, REST resources below the endpoint (`…/truclienthong/v1.0.0`): `vanbans`,
`donvilienthongs`. The unit's own secret goes along in a header. Resources, methods and what is in a
package's fields are known; the spelling of the members is our reading, so answers are read
leniently."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import quote

import httpx

from adapters.axis.answer import Into, Result, in_memory, package_in, with_package
from adapters.axis.body import Stored, stored
from adapters.axis.connectors.interface import (
    Gateway,
    description,
    items_of,
    json_of,
    members_of,
    successful,
)
from adapters.axis.errors import PermanentAxisError, TemporaryAxisError
from adapters.axis.operations import MESSAGE_KINDS, TRANSPORT_STATUSES
from adapters.axis.records import AgencyRecord, ReceivedItem

CODES = ("ErrorCode", "errorCode", "code")
UNIT, UNIT_SECRET = "X-Unit-Code", "X-Unit-Secret"
EARLY = 30.0  # seconds: a token must last as long as the call that bears it
WRONG_PASSWORD = "15"  # noqa: S105  the axis' code for a wrong system or secret
UNKNOWN_DOCUMENT = "26"
REFUSED = {401: WRONG_PASSWORD, 403: WRONG_PASSWORD, 404: UNKNOWN_DOCUMENT}


class TokenGateway(Gateway):
    """Thread-safe. A token is kept until shortly before it ends, and asked for anew once when the
    gateway does not know it any more."""

    def __init__(self, *arguments, **options) -> None:
        super().__init__(*arguments, **options)
        self._lock = threading.Lock()
        self._token, self._token_until = "", 0.0

    def send_edoc(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> str:
        if kind not in MESSAGE_KINDS:
            raise ValueError(f"no such kind of message: {kind}")
        answer = self._send(stored(package), {"loai": kind, "from": self.system_id}, to)
        doc_id = answer.get("docId") or answer.get("DocId")
        if not doc_id:
            raise TemporaryAxisError("vanbans: success without docId")
        return str(doc_id)

    def received_list(self, kind: str = "edoc") -> list[ReceivedItem]:
        answer = self._answer("GET", "vanbans", params={"loai": kind})
        return [ReceivedItem.from_wire(item) for item in items_of(_checked(answer))]

    def _send(self, package: Stored, members: dict[str, object], to: list[str] | None) -> dict:
        """The body is written anew for each try: a token may have ended."""
        members |= {"to": to} if to else {}

        def sent() -> dict:
            length, pieces = with_package(members, package)
            headers = {"Content-Type": "application/json", "Content-Length": str(length)}
            return {"headers": headers, "content": pieces, "timeout": self._patience(package)}

        with self._answered("POST", "vanbans", sent) as response:
            response.read()
            return members_of(response, CODES)

    def get_edoc(self, doc_id: str, into: Into[Result] = in_memory) -> Result:
        with self._answered("GET", f"vanbans/{quote(doc_id, safe='')}") as response:
            check = partial(successful, response=response, codes=CODES)
            return into(package_in(response.iter_bytes(), check))

    def update_status(self, doc_id: str, status: str, receipt: str = "") -> None:
        if status not in TRANSPORT_STATUSES:
            raise ValueError(f"no such transport status: {status}")
        self._call("PUT", f"vanbans/{quote(doc_id, safe='')}", json={"status": status})

    def get_agencies_list(self) -> list[AgencyRecord]:
        answer = self._answer("GET", "donvilienthongs")
        return [AgencyRecord.from_wire(item) for item in items_of(_checked(answer))]

    def _call(self, method: str, resource: str, **options) -> dict:
        return members_of(self._answer(method, resource, **options), CODES)

    def _answer(self, method: str, resource: str, **options) -> httpx.Response:
        with self._answered(method, resource, lambda: options) as response:
            response.read()
            return response

    @contextmanager
    def _answered(
        self, method: str, resource: str, options: Callable[[], dict] = dict
    ) -> Iterator[httpx.Response]:
        """The answer, its body still to be read, to a call with a token that the gateway knows."""
        url = f"{self.endpoint}/{resource}"
        for is_last in (False, True):
            sent = options()
            headers = sent.pop("headers", {}) | self._proof(renew=is_last)
            with self._opened(method, url, headers=headers, **sent) as response:
                if response.status_code == 401 and not is_last:
                    continue
                if response.status_code in REFUSED:
                    response.read()
                    _refuse(response)
                yield response
                return

    def _proof(self, renew: bool) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._bearer(renew)}",
            UNIT: self.system_id,
            UNIT_SECRET: self._credentials.secret,
        }

    def _bearer(self, renew: bool) -> str:
        with self._lock:
            if renew or time.monotonic() >= self._token_until:
                self._token, lasts = self._new_token()
                self._token_until = time.monotonic() + max(lasts - EARLY, lasts / 2)
            return self._token

    def _new_token(self) -> tuple[str, float]:
        client = (self._credentials.client_id or self.system_id, self._credentials.client_secret)
        address = httpx.URL(self.endpoint).copy_with(path="/token")
        grant = {"grant_type": "client_credentials"}
        response = self._request("POST", str(address), data=grant, auth=client)
        answer = json_of(response)
        if response.status_code in (400, 401, 403):
            why = description(answer) if isinstance(answer, dict) else ""
            raise PermanentAxisError(WRONG_PASSWORD, why or f"HTTP {response.status_code}")
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise TemporaryAxisError("token: none in the answer")
        return token, _seconds(answer.get("expires_in"))


def _seconds(value: object) -> float:
    try:
        return min(max(float(value), 0.0), 86400.0)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 300.0


def _refuse(response: httpx.Response) -> None:
    """What the status of a REST answer says where it brings no code of its own."""
    answer = json_of(response)
    told = answer if isinstance(answer, dict) else {}
    code = next((str(told[name]) for name in CODES if name in told), REFUSED[response.status_code])
    raise PermanentAxisError(code, description(told))


def _checked(response: httpx.Response) -> object:
    """A list may come bare; an object must say that it is a success."""
    answer = json_of(response)
    return answer if isinstance(answer, list) else members_of(response, CODES)
