"""Gateway with keys in headers and a package as a form's file (a provincial hub, Lạng Sơn's way):
`POST /v1/sendEdoc`, headers X-SystemId and X-SecretKey, codes 0 to 23. What is known of it is the
sending and the codes; that the other operations bear the names of the axis and answer with its
members is our reading of it."""

from functools import partial

from adapters.axis.answer import Into, Result, in_memory, package_in
from adapters.axis.body import Stored, stored
from adapters.axis.connectors.interface import Gateway, items_of, members_of, successful
from adapters.axis.errors import TemporaryAxisError
from adapters.axis.operations import MESSAGE_KINDS, TRANSPORT_STATUSES
from adapters.axis.records import AgencyRecord, ReceivedItem, SentItem
from adapters.axis.wire import compact_json

VERSION = "v1"
CODES = ("ErrorCode", "errorCode", "code")
FILE_TYPE = "application/xml"


class MultipartGateway(Gateway):
    """Thread-safe, as AxisClient."""

    def send_edoc(
        self, package: bytes | Stored, kind: str = "edoc", to: list[str] | None = None
    ) -> str:
        """Sends one edXML file; `to` is told too, for a gateway that reads only the package would
        send it to all who are named there."""
        if kind not in MESSAGE_KINDS:
            raise ValueError(f"no such kind of message: {kind}")
        fields = {"messageType": kind} | ({"to": compact_json(to)} if to else {})
        package = stored(package)
        with package.open() as file:
            files = {"edocFile": ("package.edxml", file, FILE_TYPE)}
            timeout = self._patience(package)
            answer = self._call("sendEdoc", data=fields, files=files, timeout=timeout)
        doc_id = answer.get("DocId") or answer.get("docId")
        if not doc_id:
            raise TemporaryAxisError("sendEdoc: success without DocId")
        return str(doc_id)

    def received_list(self, kind: str = "edoc") -> list[ReceivedItem]:
        found = items_of(self._call("getReceivedEdocList", data={"messageType": kind}))
        return [ReceivedItem.from_wire(item) for item in found]

    def get_edoc(self, doc_id: str, into: Into[Result] = in_memory) -> Result:
        url, headers = self._at("getEdoc")
        with self._opened("POST", url, headers=headers, data={"docId": doc_id}) as response:
            check = partial(successful, response=response, codes=CODES)
            return into(package_in(response.iter_bytes(), check))

    def update_status(self, doc_id: str, status: str, receipt: str = "") -> None:
        if status not in TRANSPORT_STATUSES:
            raise ValueError(f"no such transport status: {status}")
        self._call("updateStatus", data={"docId": doc_id, "status": status})

    def sent_list(self, kind: str, doc_id: str) -> list[SentItem]:
        found = self._call("getSentEdocList", data={"messageType": kind, "docId": doc_id})
        return [SentItem.from_wire(item) for item in items_of(found)]

    def get_agencies_list(self) -> list[AgencyRecord]:
        found = items_of(self._call("getAgenciesList"))
        return [AgencyRecord.from_wire(item) for item in found]

    def _call(self, operation: str, **options) -> dict:
        url, headers = self._at(operation)
        return members_of(self._request("POST", url, headers=headers, **options), CODES)

    def _at(self, operation: str) -> tuple[str, dict[str, str]]:
        keys = {"X-SystemId": self.system_id, "X-SecretKey": self._credentials.secret}
        return f"{self.endpoint}/{VERSION}/{operation}", keys
