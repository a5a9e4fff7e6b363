"""The JSON object that every operation of the axis answers with, as its caller reads it."""

import json
from typing import TypeVar

import httpx

from adapters.axis.errors import (
    NotOffered,
    PermanentAxisError,
    TemporaryAxisError,
    not_an_answer,
    refusal_of,
)
from adapters.axis.records import Record

R = TypeVar("R", bound=Record)
UNACCEPTED = {"15", "19"}  # wrong system id or secret, locked: true of every operation


def records_in(operation: str, answer: dict, record: type[R]) -> list[R]:
    items = answer.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TemporaryAxisError(f"{operation}: data is not a list of objects")
    return [record.from_wire(item) for item in items]


def read_members(operation: str, status_code: int, content: bytes) -> dict:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    return members_of(operation, status_code, answer)


def members_of(operation: str, status_code: int, answer: object) -> dict:
    """The answer's members, if it says success; the status line of a 4xx adds nothing to them."""
    if not isinstance(answer, dict) or "ErrorCode" not in answer:
        raise not_an_answer(operation, status_code)
    code, status = str(answer["ErrorCode"]), str(answer.get("status"))
    if code == "0" and status != "FAIL":
        return answer
    raise refusal_of(code, str(answer.get("ErrorDesc") or ""))


def offered_members(operation: str, response: httpx.Response) -> dict:
    """The members of an answer to an extension of ours. Another axis says in its own way that it
    does not know the operation: a page of its web server, or a code; only a system that it does
    not accept is another case. Raises NotOffered."""
    try:
        return read_members(operation, response.status_code, response.content)
    except PermanentAxisError as error:
        if error.code in UNACCEPTED:
            raise
        raise NotOffered(str(error)) from error
    except TemporaryAxisError as error:
        if response.is_client_error:
            raise NotOffered(str(error)) from error
        raise
