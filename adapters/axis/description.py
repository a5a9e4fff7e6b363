"""The OpenAPI 3.1 description of the axis as this hub serves it, made of the table of operations
and the records of their lists: an operation that is added there is described here."""

import dataclasses
import types

from adapters.axis.operations import OPERATIONS, Operation
from adapters.axis.records import (
    AgencyRecord,
    AuditHeadRecord,
    DirectoryRecord,
    LedgerRecord,
    ReceiptKeyRecord,
    ReceiptRecord,
    ReceivedItem,
    Record,
    SentItem,
    SynchronizeUnit,
)
from adapters.axis.wire import SIGN_HASH, SIGN_TEXT

NAME = "openapi.json"
ROOT = "/axis"
FILE = "application/octet-stream"
LISTS: dict[str, type[Record]] = {
    "getAgenciesList": AgencyRecord,
    "getAgenciesListQD20": AgencyRecord,
    "getSynchronizeUnit": SynchronizeUnit,
    "getReceivedEdocList": ReceivedItem,
    "getSentEdocList": SentItem,
    "getDirectoryChanges": DirectoryRecord,
    "getAuditHeads": AuditHeadRecord,
    "getReceiptKeys": ReceiptKeyRecord,
    "getReceipts": ReceiptRecord,
    "getLedger": LedgerRecord,
}
PART = {
    "type": "object",
    "properties": {"ErrorCode": {"type": "string"}},
    "required": ["ErrorCode"],
}
# What else a success holds.
MEMBERS: dict[str, dict] = {
    "sendEdoc": {"DocId": {"type": "string", "minLength": 1}},
    "getEdoc": {"data": {"type": "string", "contentEncoding": "base64"}},
    "sendMany": {"data": {"type": "array", "items": PART}},
    "updateMany": {"data": {"type": "array", "items": PART}},
    "countReceiveEdoc": {"count": {"type": "integer", "minimum": 0}},
    "countReceiveStatus": {"count": {"type": "integer", "minimum": 0}},
}
ASCII = {"type": "string", "pattern": "^[ -~]*$"}
SIGNED = (
    "A compact JSON object, ASCII, of XroadVnpt-systemid, XroadVnpt-timestamp, "
    "XroadVnpt-Content-Type and the arguments of the operation, each as XroadVnpt-name and text."
)
KINDS = {str: "string", int: "integer", bool: "boolean"}


def description() -> dict:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vanthu hub: the document exchange axis",
            "version": "1",
            "description": "Arguments travel in signed headers, never in body or query. What is "
            "refused is HTTP 200 with status FAIL; 503 means: try again, nothing is lost.",
        },
        "paths": {
            f"{ROOT}/{each.name}": {each.method.lower(): _operation(each)}
            for each in OPERATIONS.values()
        },
        "components": {
            "schemas": {"Refusal": _refusal(), **{k.__name__: _item(k) for k in LISTS.values()}},
            "parameters": {
                "Signed": _header(SIGN_TEXT, SIGNED),
                "Hash": _header(SIGN_HASH, "HMAC-SHA256 of that text with the secret, in hex."),
            },
        },
    }


def _header(name: str, words: str) -> dict:
    schema = {"type": "string", "pattern": "^[ -~]+$"}
    return {"name": name, "in": "header", "required": True, "schema": schema, "description": words}


def _operation(operation: Operation) -> dict:
    known = ", ".join(sorted(operation.arguments)) or "none"
    described = {
        "operationId": operation.name,
        "summary": operation.name,
        "description": f"Arguments: {known}.",
        "parameters": [{"$ref": f"#/components/parameters/{key}"} for key in ("Signed", "Hash")],
        "responses": {
            "200": {
                "description": "Done, or refused with a reason.",
                "content": _content(operation),
            },
            "503": {"description": "A fault of the hub's own.", "content": _json(_ref("Refusal"))},
        },
    }
    if operation.content_type == FILE:
        binary = {"schema": {"type": "string", "contentMediaType": FILE}}
        described["requestBody"] = {"required": True, "content": {operation.content_type: binary}}
    return described


def _content(operation: Operation) -> dict:
    refusal = _ref("Refusal")
    if operation.name in ("downloadEdoc", "fetchMany"):
        return {FILE: {"schema": {"type": "string", "contentMediaType": FILE}}} | _json(refusal)
    return _json({"oneOf": [_success(operation.name), refusal]})


def _json(schema: dict) -> dict:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(status: str, code: str, more: dict) -> dict:
    members = {
        "status": {"type": "string", "const": status},
        "ErrorCode": {"type": "string", "pattern": code},
        "ErrorDesc": ASCII,
        **more,
    }
    return {"type": "object", "properties": members, "required": list(members)}


def _refusal() -> dict:
    return _answer("FAIL", "^[1-9][0-9]*$", {})


def _success(name: str) -> dict:
    more = MEMBERS.get(name, {})
    if name in LISTS:
        more = {"data": {"type": "array", "items": _ref(LISTS[name].__name__)}}
    return _answer("OK", "^0$", more)


def _item(kind: type[Record]) -> dict:
    """A member that is not known stays away: one null makes clients throw the list away."""
    members = {
        field.metadata["wire"]: {"type": KINDS[_plain(field.type)]}
        for field in dataclasses.fields(kind)
    }
    return {"type": "object", "properties": members}


def _plain(kind: object) -> type:
    """`str` of `str | None`."""
    if isinstance(kind, types.UnionType):
        return next(each for each in kind.__args__ if each is not types.NoneType)
    return kind
