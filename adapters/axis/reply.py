"""What a hub answers: dicts ready for JSON, in the shape the client SDK can read.

The three common members are always there, `DocId` of sendEdoc and `data` of getEdoc also on
failure (the SDK drops status and error text without them), lists are arrays on success, nothing
is ever null, and the description of an answer is ASCII. Send them by `encode` with content type
application/json.
"""

import json
from collections.abc import Iterable, Iterator

from adapters.axis.answer import with_package
from adapters.axis.body import Stored
from adapters.axis.errors import answer_for
from adapters.axis.records import Record
from domain.errors import Refusal

Reply = dict[str, object]

# What the SDK reads before it looks at the status, by operation.
_ALWAYS = {"sendEdoc": {"DocId": ""}, "getEdoc": {"data": ""}}


def done() -> Reply:
    """registerAgency, deleteAgency, updateStatus."""
    return {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def accepted(doc_id: str, receipt: str = "") -> Reply:
    """sendEdoc: the package is stored under this id; the same package again has the same id. The
    signed receipt is a member of ours, which other clients do not look at."""
    return done() | {"DocId": doc_id} | ({"receipt": receipt} if receipt else {})


def document(package: Stored) -> tuple[int, Iterator[bytes]]:
    """getEdoc: the length and the pieces of an answer with the package, base64, already encoded."""
    return with_package(done(), package)


def listing(records: Iterable[Record]) -> Reply:
    """Any list operation; the kind of record makes the kind of list."""
    return done() | {"data": [record.to_wire() for record in records]}


def count(number: int) -> Reply:
    """countReceiveEdoc, countReceiveStatus."""
    return done() | {"count": number}


def refused(refusal: Refusal, operation: str = "") -> Reply:
    """FAIL with the refusal's ErrorCode and ErrorDesc, and what `operation` needs besides."""
    answer = answer_for(refusal)
    common: Reply = {"status": "FAIL", "ErrorCode": answer.code, "ErrorDesc": answer.desc}
    return common | _ALWAYS.get(operation, {})


def encode(reply: Reply) -> bytes:
    """The answer's bytes: ASCII, other letters as \\u escapes, which every reader understands."""
    return json.dumps(reply, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()


def encode_listing(records: Iterable[Record]) -> bytes:
    """The bytes of `listing`, record after record: of a long list never all at once as objects."""
    head = encode(done() | {"data": []}).removesuffix(b"]}")
    answer = bytearray(head)
    for record in records:
        if len(answer) > len(head):
            answer += b","
        answer += encode(record.to_wire())
    return bytes(answer + b"]}")
