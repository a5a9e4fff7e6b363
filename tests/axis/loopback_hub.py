"""The smallest hub that speaks the axis, with its memory for a store; to be run by any WSGI server.

It exists to put real HTTP between the two sides of `adapters/axis`. `app` is for gunicorn.
"""

import base64
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from adapters.axis import reply, wire
from adapters.axis.body import file_in
from adapters.axis.errors import AxisRefusal, http_status
from adapters.axis.operations import TRANSPORT_STATUSES
from adapters.axis.records import AgencyRecord, ReceivedItem, SentItem, SynchronizeUnit
from domain.errors import Refusal

SECRETS = {
    "99.99.01.H99": ["bi-mat-cua-don-vi-mot"],
    "99.99.02.H99": ["bi-mat-cu", "bi-mat-moi"],
}
NAMES = {"99.99.01.H99": "Ủy ban nhân dân xã Một", "99.99.02.H99": "Ủy ban nhân dân xã Đông Hải"}


@dataclass
class Package:
    doc_id: str
    kind: str
    sender: str
    recipients: list[str]
    data: bytes
    statuses: dict[str, str] = field(default_factory=dict)


@dataclass
class Recorded:
    method: str
    path: str
    environ: dict
    body: bytes


class LoopbackHub:
    def __init__(self) -> None:
        self.packages: dict[str, Package] = {}
        self.recorded: list[Recorded] = []
        self.registered: list[dict] = []

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["PATH_INFO"]
        self.recorded.append(Recorded(environ["REQUEST_METHOD"], path, environ, body))
        operation = path.strip("/")
        status, content = 200, b""
        try:
            content = self._perform(operation, environ, body)
        except Refusal as refusal:
            status = http_status(refusal)
            content = reply.encode(reply.refused(refusal, operation))
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        start_response(f"{status} -", headers)
        return [content]

    def _perform(self, operation: str, environ: dict, body: bytes) -> bytes:
        if operation != "downloadEdoc" and operation not in self._handlers:
            raise AxisRefusal("axis-unknown-operation", operation=operation)
        call = wire.verify(wire.environ_headers(environ), SECRETS.get, operation)
        if operation == "downloadEdoc":
            return self._package(call).data
        return reply.encode(self._handlers[operation](self, call, body))

    def _package(self, call: wire.Call) -> Package:
        doc_id = call.arguments.get("docId", "")
        if doc_id not in self.packages:
            raise AxisRefusal("axis-unknown-document", doc_id=doc_id)
        return self.packages[doc_id]

    def _agencies(self, call: wire.Call, body: bytes) -> reply.Reply:
        return reply.listing(
            AgencyRecord(id=str(n), code=code, name=NAMES[code], mail="vt@don-vi.example")
            for n, code in enumerate(SECRETS)
        )

    def _units(self, call: wire.Call, body: bytes) -> reply.Reply:
        return reply.listing(
            SynchronizeUnit(id=code, code=code, version=7, deleted=False, is_agency=True)
            for code in SECRETS
        )

    def _register(self, call: wire.Call, body: bytes) -> reply.Reply:
        self.registered.append(json.loads(body))
        return reply.done()

    def _delete(self, call: wire.Call, body: bytes) -> reply.Reply:
        code = call.arguments["AgencyCode"]
        self.registered = [agency for agency in self.registered if agency["code"] != code]
        return reply.done()

    def _send(self, call: wire.Call, body: bytes) -> reply.Reply:
        sender = call.arguments["from"]
        if sender != call.system_id:
            raise AxisRefusal("axis-wrong-from", sender=sender, system_id=call.system_id)
        data = b"".join(file_in([body], call.arguments.get("hash-file")))
        for package in self.packages.values():
            if (package.sender, package.data) == (sender, data):
                return reply.accepted(package.doc_id)
        kind, recipients = call.arguments["messagetype"], call.recipients or []
        package = Package(str(uuid.uuid4()), kind, sender, recipients, data)
        self.packages[package.doc_id] = package
        return reply.accepted(package.doc_id)

    def _received(self, call: wire.Call, body: bytes) -> reply.Reply:
        kind, own = call.arguments["messagetype"], call.system_id
        waiting = [p for p in self.packages.values() if own in p.recipients and p.kind == kind]
        return reply.listing(
            ReceivedItem(doc_id=p.doc_id, message_type=kind, from_code=p.sender, to_code=own)
            for p in waiting
            if p.statuses.get(own) != "done"
        )

    def _sent(self, call: wire.Call, body: bytes) -> reply.Reply:
        package = self._package(call)
        return reply.listing(
            SentItem(
                sender_doc_id=package.doc_id,
                to_code=code,
                send_status=package.statuses.get(code, "sent"),
            )
            for code in package.recipients
        )

    def _edoc(self, call: wire.Call, body: bytes) -> reply.Reply:
        return {**reply.done(), "data": base64.b64encode(self._package(call).data).decode()}

    def _status(self, call: wire.Call, body: bytes) -> reply.Reply:
        if call.arguments.get("status") not in TRANSPORT_STATUSES:
            raise AxisRefusal("axis-bad-arguments", argument="status")
        self._package(call).statuses[call.system_id] = call.arguments["status"]
        return reply.done()

    def _count(self, call: wire.Call, body: bytes) -> reply.Reply:
        return reply.count(sum(call.system_id in p.recipients for p in self.packages.values()))

    _handlers: ClassVar[dict[str, Callable]] = {
        "getAgenciesList": _agencies,
        "getAgenciesListQD20": _agencies,
        "getSynchronizeUnit": _units,
        "registerAgency": _register,
        "deleteAgency": _delete,
        "sendEdoc": _send,
        "getReceivedEdocList": _received,
        "getSentEdocList": _sent,
        "getEdoc": _edoc,
        "updateStatus": _status,
        "countReceiveEdoc": _count,
        "countReceiveStatus": _count,
    }


app = LoopbackHub()
