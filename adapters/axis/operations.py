"""What can be asked of an axis: the operations, the body each sends, the arguments it knows.

One table for both sides. A client's header map lives as long as its service object, so a call
also carries arguments of earlier, other calls; a server therefore looks only at the arguments
that the operation itself defines.
"""

from dataclasses import dataclass

JSON = "application/json"
OCTETS = "application/octet-stream"

EMPTY = b""
BRACES = b"{}"


@dataclass(frozen=True)
class Operation:
    """`body` is what the client SDK sends where the body carries no content of its own."""

    name: str
    arguments: frozenset[str]
    body: bytes = EMPTY
    content_type: str = JSON
    method: str = "POST"

    @property
    def names_a_document(self) -> bool:
        return "docId" in self.arguments


def _operation(name: str, *arguments: str, **rest: object) -> Operation:
    return Operation(name, frozenset(arguments), **rest)  # type: ignore[arg-type]


_KIND = ("servicetype", "messagetype")

# `filePath` of getEdoc and downloadEdoc is a folder on the caller's machine: never used here.
OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        _operation("getAgenciesList"),
        _operation("getAgenciesListQD20", "level"),
        _operation("getSynchronizeUnit"),
        _operation("registerAgency"),
        _operation("deleteAgency", "AgencyCode", body=BRACES),
        _operation("getReceivedEdocList", *_KIND),
        _operation("getSentEdocList", *_KIND, "docId"),
        _operation("sendEdoc", *_KIND, "from", "to", "hash-file", content_type=OCTETS),
        _operation("getEdoc", "docId", body=BRACES),
        _operation("downloadEdoc", "docId", method="GET"),
        _operation("updateStatus", "docId", "status", "receipt", body=BRACES),
        _operation("countReceiveEdoc", *_KIND, body=BRACES),
        _operation("countReceiveStatus", *_KIND, body=BRACES),
        # Ours, between a node and a hub of this program.
        _operation("getDirectoryChanges", "since", body=BRACES),
        _operation("lodgeAuditHead", "sequence", "hash", body=BRACES),
        _operation("getAuditHeads", body=BRACES),
        _operation("pollReceived", "also", body=BRACES),
        _operation("awaitReceived", "also", "after", "wait", body=BRACES),
        _operation("lodgeReceiptKey", "key", body=BRACES),
        _operation("getReceiptKeys", "AgencyCode", body=BRACES),
        _operation("getReceipts", "since", body=BRACES),
        _operation("passReceipt", "docId", "receipt", "key", body=BRACES),
        _operation("getLedger", "start", "since", body=BRACES),
        _operation("sendMany", "from", "hash-file", content_type=OCTETS),
        _operation("fetchMany", "docIds", body=BRACES),
        _operation("updateMany", "hash-file", content_type=OCTETS),
    )
}

MESSAGE_KINDS = ("edoc", "status")
TRANSPORT_STATUSES = ("processing", "done", "fail")
