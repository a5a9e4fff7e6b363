"""The OpenAPI 3.1 description of /federation/v1, made of the schemas by which it is checked."""

from adapters.federation import signing
from adapters.federation.schema import HASH, MOST_STATUSES, REFERENCE, SCHEMAS

NAME = "openapi.json"
ROOT = "/federation/v1"
SIGNED = (
    "HMAC-SHA256, lowercase hex, over method, target (path from /federation on and query), SHA-256 "
    "of the body in hex, system id, timestamp and nonce, joined by line feeds. Its key is "
    "HMAC-SHA256(secret shared for the axis, 'vanthu federation 1')."
)
ANSWERED = (
    "HMAC-SHA256 with the same key over 'answer', the nonce of the request, the status and the "
    "SHA-256 of the body in hex, joined by line feeds."
)
LONGEST = {"type": "string", "maxLength": 15, "pattern": "^[0-9]{0,15}$"}
PROOF = {
    "System": (signing.SYSTEM, {"type": "string", "minLength": 1, "maxLength": 100}, "System id."),
    "Timestamp": (
        signing.TIMESTAMP,
        {"type": "string", "pattern": "^[0-9]{1,11}$"},
        "Seconds since 1970, UTC; five minutes early or late are allowed.",
    ),
    "Nonce": (
        signing.NONCE,
        {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "Another for each request; one that was seen is refused.",
    ),
    "Signature": (signing.SIGNATURE, HASH, SIGNED),
}


def description(is_hub: bool) -> dict:
    paths = _hub_paths() if is_hub else _node_paths()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vanthu federation: " + ("hub" if is_hub else "node"),
            "version": "1",
            "description": "Figures and exchange statuses between a node and its hub. No subject, "
            "no content and no person's name is ever in them.",
        },
        "paths": paths | {f"{ROOT}/{NAME}": {"get": _own_description()}},
        "components": {"schemas": SCHEMAS, "parameters": _proof_parameters()},
    }


def _proof_parameters() -> dict:
    return {
        key: {"name": name, "in": "header", "required": True, "schema": kind, "description": words}
        for key, (name, kind, words) in PROOF.items()
    }


def _node_paths() -> dict:
    version = _query(
        "counters", {"type": "string", "pattern": "^([0-9a-f]{64})?$"}, "Version of the counters."
    )
    return {
        f"{ROOT}/node": _get("node", "What this node is", "Node"),
        f"{ROOT}/health": _get("health", "Health, and the oldest undelivered", "Health"),
        f"{ROOT}/counters": _get(
            "counters",
            "Documents in and out by state, overdue, by period",
            "Counters",
            parameters=[_header("If-None-Match", "The ETag of the counters that are known.")],
            more={"304": {"description": "Unchanged.", "headers": _answer_header()}},
        ),
        f"{ROOT}/statuses": _get(
            "statuses",
            "Exchange statuses after a cursor",
            "Statuses",
            parameters=[
                _query("cursor", LONGEST, "`next_cursor` of before; 0 from the beginning."),
                _query("limit", LONGEST, f"At most {MOST_STATUSES}."),
            ],
        ),
        f"{ROOT}/audit-head": _get(
            "audit_head",
            "The head of the audit chain",
            "AuditHead",
            parameters=[_query("known", LONGEST, "An entry whose hash is asked for.")],
        ),
        f"{ROOT}/report": _get(
            "report",
            "All of these at once",
            "Report",
            parameters=[
                _query("cursor", LONGEST, "Of the statuses."),
                version,
                _query("head", LONGEST, "An entry of the audit chain whose hash is asked for."),
            ],
        ),
    }


def _hub_paths() -> dict:
    body = {"application/json": {"schema": {"$ref": REFERENCE + "Report"}}}
    post = _signed("tell", "A node tells what it would answer if it could be asked", "Taken") | {
        "requestBody": {"required": True, "content": body}
    }
    post["responses"] |= {
        "409": _refusal("The report does not begin where the last one ended."),
        "413": _refusal("Too large."),
    }
    return {
        f"{ROOT}/known": _get("known", "How far what a node told reaches", "Taken"),
        f"{ROOT}/reports": {"post": post},
    }


def _get(name: str, words: str, answer: str, parameters=(), more=None) -> dict:
    described = _signed(name, words, answer)
    described["parameters"] += parameters
    described["responses"] |= more or {}
    return {"get": described}


def _signed(name: str, words: str, answer: str) -> dict:
    return {
        "operationId": name,
        "summary": words,
        "parameters": [{"$ref": f"#/components/parameters/{key}"} for key in PROOF],
        "responses": {
            "200": {
                "description": words + ".",
                "headers": _answer_header(),
                "content": {"application/json": {"schema": {"$ref": REFERENCE + answer}}},
            },
            "400": _refusal("A parameter or the body is not as described."),
            "401": _refusal("Not signed, or not by the other end of this line."),
            "403": _refusal("This system is locked, or no node of the hub."),
            "404": _refusal("No such thing."),
            "405": _refusal("Another method."),
            "503": _refusal("A fault of ours; ask again later."),
        },
    }


def _own_description() -> dict:
    return {
        "operationId": "description",
        "summary": "This description",
        "responses": {
            "200": {
                "description": "This description.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "405": _refusal("Another method."),
        },
    }


def _refusal(words: str) -> dict:
    schema = {"$ref": REFERENCE + "Refusal"}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _answer_header() -> dict:
    return {signing.ANSWER: {"description": ANSWERED, "schema": HASH}}


def _query(name: str, kind: dict, words: str) -> dict:
    return {"name": name, "in": "query", "schema": kind, "description": words}


def _header(name: str, words: str) -> dict:
    return {"name": name, "in": "header", "schema": {"type": "string"}, "description": words}
