"""The unmodified client SDK of the axis (2.0.0, 2.0.1) as a Python object for tests.

It keeps the habits a hub must live with: one header map and one timestamp for the object's whole
life, HashMap order, `docId` beside `docid`, the sloppy file hash, a CRLF after the file, HTTP
statuses ignored, and answers lost (None, or a result full of None) where a member it insists on
is missing or null. It shares no code with `adapters/axis`: it is the other side.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.axis.sdk_http import apache_post, java_hash_order, jdk_post

PREFIX = "XroadVnpt-"


class _Lost(Exception):
    """What the SDK swallows: a member that is missing, null or of the wrong kind."""


@dataclass
class SdkResult:
    """Any of the SDK's result classes; all None is its freshly made, never filled object."""

    status: str | None = None
    error_code: str | None = None
    error_desc: str | None = None
    items: list[dict] | None = None
    doc_id: str | None = None
    data: str | None = None
    count: int | None = None
    saved: Path | None = None


class SdkClient:
    """One service object. `headers` arguments are what samples pass as their JSON argument."""

    def __init__(
        self, endpoint: str, system_id: str, secret: str, version: str = "2.0.0", retry: int = 3
    ) -> None:
        self.endpoint = endpoint
        self.version = version
        self.retry = retry
        self._secret = secret
        now = datetime.now()  # noqa: DTZ005 - the JVM's local time
        stamp = f"{now:%d%m%YT%H%M%S}+{now.microsecond // 1000:04d}"
        self._map = {"systemid": system_id, "timestamp": stamp}

    # Lists

    def getAgenciesList(self, headers: dict | None = None) -> SdkResult | None:
        return self._list("getAgenciesList", headers or {})

    def getAgenciesListQD20(self, headers: dict | None = None) -> SdkResult | None:
        return self._list("getAgenciesListQD20", headers or {"level": "1"})

    def getSynchronizeUnit(self, headers: dict | None = None) -> SdkResult | None:
        return self._list("getSynchronizeUnit", headers or {})

    def getReceivedEdocList(self, messagetype: str = "edoc") -> SdkResult | None:
        kind = {"servicetype": "eDoc", "messagetype": messagetype}
        return self._list("getReceivedEdocList", kind)

    def getSentEdocList(self, docId: str, messagetype: str = "edoc") -> SdkResult | None:
        kind = {"servicetype": "eDoc", "messagetype": messagetype, "docId": docId}
        return self._list("getSentEdocList", kind)

    # Calls with a body

    def registerAgency(self, data: str) -> SdkResult | None:
        return self._plain("registerAgency", {}, data.encode())

    def deleteAgency(self, code: str) -> SdkResult | None:
        return self._plain("deleteAgency", {"AgencyCode": code})

    def updateStatus(self, docId: str, status: str, spelled: str = "docId") -> SdkResult | None:
        return self._plain("updateStatus", {"status": status, spelled: docId})

    def countReceiveEdoc(self) -> SdkResult | None:
        return self._plain("countReceiveEdoc", {}, read=_count)

    def countReceiveStatus(self) -> SdkResult | None:
        return self._plain("countReceiveStatus", {}, read=_count)

    def getEdoc(self, docId: str, filePath: str = "") -> SdkResult | None:
        result = self._plain("getEdoc", {"filePath": filePath, "docId": docId}, read=self._edoc)
        if result is not None and result.error_code == "0" and filePath:
            now = datetime.now()  # noqa: DTZ005
            result.saved = Path(filePath) / str(now.year) / str(now.month) / f"{docId}.edxml"
            result.saved.parent.mkdir(parents=True, exist_ok=True)
            result.saved.write_text(result.data or "", encoding="utf-8")
        return result

    def downloadEdoc(self, docId: str, filePath: str) -> Path | None:
        """The body becomes the file, whatever it is."""
        headers = self._sign({"filePath": filePath, "docId": docId}, "application/json")
        try:
            url = f"{self.endpoint}/downloadEdoc"
            content = apache_post(url, headers, b"", self.retry, method="GET")
        except OSError:
            return None
        path = Path(filePath) / f"{docId}.edxml"
        path.write_bytes(content)
        return path

    def sendEdoc(self, headers: dict, path: str | Path) -> SdkResult | None:
        """`headers` as {"from": …, "servicetype": "eDoc", "messagetype": …, "to": [...]}."""
        data = Path(path).read_bytes()
        members = dict(headers)
        if "to" in members:
            members["to"] = json.dumps(members["to"], separators=(",", ":"))
        digest = hashlib.sha256(data).digest()
        members["hash-file"] = "".join(f"{byte:x}" for byte in digest)
        signed = self._sign(members, "application/octet-stream")
        try:
            content = jdk_post(f"{self.endpoint}/sendEdoc", signed, data + b"\r\n")
        except OSError:
            return None
        text = content.decode("ascii", "replace")
        return self._read(text, _doc_id)

    # How it signs and reads

    def _sign(self, members: dict, content_type: str) -> list[tuple[str, str]]:
        for name, value in members.items():
            self._map[name] = _as_string(value)
        self._map["Content-Type"] = content_type
        order = java_hash_order(list(self._map))
        text = _gson({PREFIX + name: self._map[name] for name in order})
        mac = hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return [
            *((PREFIX + name, self._map[name]) for name in order),
            (PREFIX + "sign-header-key", ";".join(order)),
            (PREFIX + "sign-header", text),
            (PREFIX + "hash-header", mac),
            ("User-Agent", "JAVASDKAgent/1.0.0 XRoad/VPCP"),
            (PREFIX + "version", "3.0.201608"),
            ("Content-Type", content_type),
        ]

    def _list(self, operation: str, members: dict) -> SdkResult | None:
        try:
            headers = self._sign(members, "application/json")
        except _Lost:
            return None
        try:
            content = apache_post(f"{self.endpoint}/{operation}", headers, b"", self.retry)
        except OSError:
            return SdkResult()
        result = self._read(content.decode("utf-8", "replace"), _items)
        if result is None and self.version == "2.0.1" and operation == "getReceivedEdocList":
            return SdkResult(status="OK", error_code="0", items=[])
        return result

    def _plain(
        self, operation: str, members: dict, body: bytes = b"{}", read=None
    ) -> SdkResult | None:
        try:
            headers = self._sign(members, "application/json")
            content = apache_post(f"{self.endpoint}/{operation}", headers, body, self.retry)
        except (_Lost, OSError):
            return None
        return self._read(content.decode("utf-8", "replace"), read)

    def _read(self, text: str, read_more) -> SdkResult | None:
        if not text:
            return SdkResult()
        try:
            answer = json.loads("".join(text.splitlines()))
        except ValueError:
            return None
        if not isinstance(answer, dict):
            return None
        try:
            common = [_as_string(answer.get(n)) for n in ("status", "ErrorCode", "ErrorDesc")]
            result = SdkResult(*common)
            if read_more:
                read_more(answer, result)
        except _Lost:
            return SdkResult()
        return result

    def _edoc(self, answer: dict, result: SdkResult) -> None:
        if self.version == "2.0.1" and result.status == "FAIL":
            return
        data = _as_string(answer.get("data"))
        try:
            result.data = base64.b64decode(data).decode("utf-8", "replace")
        except binascii.Error:
            raise _Lost from None


def _doc_id(answer: dict, result: SdkResult) -> None:
    result.doc_id = _as_string(answer.get("DocId"))


def _count(answer: dict, result: SdkResult) -> None:
    result.count = int(_as_string(answer.get("count")))


def _items(answer: dict, result: SdkResult) -> None:
    """The list, or no list: one null in one item and all items are gone."""
    if result.error_code != "0" or not isinstance(answer.get("data"), list):
        return
    try:
        items = [{name: _as_string(value) for name, value in i.items()} for i in answer["data"]]
    except (_Lost, AttributeError):
        return
    result.items = items


def _as_string(value: object) -> str:
    """Gson's getAsString: numbers and booleans become text, an array only if it has one element."""
    if isinstance(value, list) and len(value) == 1:
        return _as_string(value[0])
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise _Lost


def _gson(members: dict[str, str]) -> str:
    """Compact, `<>&=` as they are, letters as they are; only these two separators are escaped."""
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
