"""What a report looks like: JSON Schema, by which both sides check what comes in and which the
OpenAPI description shows. Nothing has room for words: only numbers, times, codes and ids."""

import json
import re
from functools import cache

import fastjsonschema

from adapters.federation.errors import NotAnswered

MOST_STATUSES = 500
MONTHS = 12
LARGEST = 2**53 - 1  # what every JSON reader keeps exact
REFERENCE = "#/components/schemas/"
TIME = {
    "type": "string",
    "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    "maxLength": 20,
}
CODE = {"type": "string", "pattern": "^[0-9A-Za-z._-]{1,35}$", "maxLength": 35}
COUNT = {"type": "integer", "minimum": 0, "maximum": LARGEST}
HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$", "maxLength": 64}
WORD = {"type": "string", "pattern": "^[a-z0-9_]{1,30}$", "maxLength": 30}
EVENTS = (
    "What happened. Of packages: sent, delivered, failed, parked, resumed, refused, cancelled; of "
    "documents: arrived, withdrawn, replaced, recipients_added; status_in, status_out; of what is "
    "asked about a document that was sent: revoke, take_back, update, replace or receivers, each "
    "with _asked, _waiting, _agreed, _refused, _cancelled or _told. There may be further ones."
)
DOCUMENT = {
    "type": "string",
    "description": "The id of the document as its package bears it, or sha256: and its digest.",
    "pattern": "^(sha256:[0-9a-f]{64}|[0-9A-Za-zĐƯƠÂĂÊÔ.,:/_-]{1,200})$",
    "maxLength": 200,
}


def _maybe(kind: dict) -> dict:
    return kind | {"type": [kind["type"], "null"]}


def _object(**members: dict) -> dict:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _list(items: dict, most: int) -> dict:
    return {"type": "array", "items": items, "maxItems": most}


def _ref(name: str) -> dict:
    return {"$ref": REFERENCE + name}


def _counted(description: str) -> dict:
    return {
        "type": "object",
        "description": description,
        "patternProperties": {"^[a-z0-9_]{1,30}$": COUNT},
        "additionalProperties": False,
        "maxProperties": 40,
    }


SCHEMAS: dict[str, dict] = {
    "Node": _object(
        protocol={"type": "integer", "minimum": 1, "maximum": 1000},
        software=WORD,
        role=WORD,
        agencies=_list(CODE, 1000),
        at=TIME,
    ),
    "Heap": _object(count=COUNT, oldest_at=_maybe(TIME)),
    "Health": _object(
        at=TIME,
        database=_object(ok={"type": "boolean"}, kind=WORD),
        workers=_list(
            _object(queue=WORD, alive={"type": "boolean"}, seen_at=_maybe(TIME)), 20
        ),
        queues=_list(
            _object(queue=WORD, due=COUNT, oldest_seconds=COUNT, held=COUNT, parked=COUNT), 20
        ),
        undelivered=_object(out=_ref("Heap"), at_hub=_ref("Heap"), failed=_ref("Heap"),
                            **{"in": _ref("Heap")}),
    ),
    "Day": _object(incoming=COUNT, outgoing=COUNT, completed=COUNT),
    "Month": _object(
        month={"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$", "maxLength": 7},
        incoming=COUNT, outgoing=COUNT, completed=COUNT,
    ),
    "Figures": _object(
        incoming=_object(states=_counted("Documents in, by state."), overdue=COUNT),
        outgoing=_object(states=_counted("Documents out, by state.")),
        transport=_counted("Recipients of documents out, by how far the package has come."),
        business=_counted("Recipients of documents out, by the last status they sent."),
        today=_ref("Day"),
        months=_list(_ref("Month"), MONTHS),
    ),
    "Counters": _object(
        version=HASH,
        figures={"oneOf": [_ref("Figures"), {"type": "null"}],
                 "description": "null where `version` is what the caller has."},
    ),
    "Status": _object(
        sequence=COUNT,
        at=TIME,
        event=WORD | {"description": EVENTS},
        kind={"type": "string", "enum": ["edoc", "status"]},
        direction={"type": "string", "enum": ["in", "out"]},
        document=DOCUMENT,
        agency=CODE,
        peers=_list(CODE, 2000),
        code=_maybe({"type": "string", "pattern": "^[0-9]{2}$", "maxLength": 2}),
    ),
    "Statuses": _object(
        cursor=COUNT,
        next_cursor=COUNT,
        more={"type": "boolean"},
        items=_list(_ref("Status"), MOST_STATUSES),
    ),
    "AuditHead": _object(
        sequence=COUNT,
        hash=HASH,
        known={
            "oneOf": [_object(sequence=COUNT, hash=_maybe(HASH)), {"type": "null"}],
            "description": "The hash that the entry asked for bears now; null for none.",
        },
    ),
    "Report": _object(
        node=_ref("Node"),
        health=_ref("Health"),
        counters=_ref("Counters"),
        statuses=_ref("Statuses"),
        audit_head=_ref("AuditHead"),
    ),
    "Taken": _object(cursor=COUNT, counters=_maybe(HASH), head=COUNT),
    "Refusal": _object(
        error=_object(
            reason={"type": "string", "pattern": "^[a-z-]{1,50}$", "maxLength": 50},
            message={"type": "string", "maxLength": 500},
        )
    ),
}  # fmt: skip
UNKEPT = re.compile("[\x00\ud800-\udfff]")  # no database of ours keeps them


def read(name: str, body: bytes) -> dict:
    """The JSON of this schema; raises NotAnswered("federation-answer-bad:…")."""
    try:
        found = json.loads(body)
        if UNKEPT.search(json.dumps(found, ensure_ascii=False)):
            raise ValueError("unkept")
        return _checker(name)(found)
    except fastjsonschema.JsonSchemaValueException as error:
        raise NotAnswered(f"federation-answer-bad:{error.name[:100]}") from None
    except (ValueError, RecursionError):
        raise NotAnswered("federation-answer-bad:JSON") from None


@cache
def _checker(name: str):
    """Compiled once a process; `pattern` there means Python's own `re`, as in all of these."""
    return fastjsonschema.compile(_ref(name) | {"components": {"schemas": SCHEMAS}})
