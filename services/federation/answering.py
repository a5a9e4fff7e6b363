"""The door of /federation/v1, for machines only: it proves who asks, answers in JSON whatever
comes, and signs what it answers. A node answers its hub; a hub takes what nodes tell it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from adapters.federation import openapi, schema, signing
from adapters.federation.errors import NotAnswered, Refused
from adapters.federation.signing import Proof, Request
from domain.errors import Refusal, Unavailable
from models.hub import HubAccount
from services.federation import handouts, nonces, report, reports, scope
from services.federation.counters import counters
from services.federation.feed import feed
from services.federation.heads import audit_head
from services.federation.health import health
from services.federation.scope import Scope
from services.hub import accounts
from services.office import Office

LARGEST_BODY = 4 * 1024 * 1024
MOST_DIGITS = 15
VERSION = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Call:
    """A request as it came; `asked_from` is an address."""

    request: Request
    header: Callable[[str], str | None]
    asked_from: str

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.request.target.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    content: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def called(method: str, target: str, body: bytes, header: Callable, asked_from: str | None) -> Call:
    """A request as the web server has it: target with its query, headers by name."""
    return Call(Request(method, target, body), header, asked_from or "?")


def call(office: Office, name: str, call: Call) -> Answer:
    """Performs `name`, the path below /federation/v1. Raises Refusal; whatever else it raises is a
    fault of ours."""
    method, perform = _operations(office).get(name, ("", None))
    if perform is None:
        raise Refused("federation-unknown", 404)
    if call.request.method != method:
        raise Refused("federation-method", 405, allow=method)
    return perform(office, call)


def allowed(office: Office, name: str) -> str:
    """The method that this address knows."""
    return _operations(office).get(name, ("GET", None))[0]


def _operations(office: Office) -> dict:
    return (OF_HUB if office.settings.is_hub else OF_NODE) | OF_ANYBODY


def refused(code: str, status: int, **fields: object) -> Refusal:
    return Refused(code, status, **fields)


def failed() -> Refusal:
    """A fault of ours."""
    return Unavailable("federation-fault")


def encoded_refusal(refusal: Refusal, message: str) -> bytes:
    return _encoded({"error": {"reason": refusal.code, "message": message[:500]}})


def _encoded(value: dict) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _proven(office: Office, call: Call, secrets_of) -> Proof:
    proof = signing.verify(
        call.request, call.header, lambda system_id: secrets_of(office, system_id), office.now()
    )
    nonces.spend(office, proof.system_id, proof.nonce)
    return proof


def _signed(proof: Proof, body: bytes, status: int = 200, **headers: str) -> Answer:
    proven = signing.sign_answer(proof.nonce, proof.secret, status, body)
    return Answer(body, status, {signing.ANSWER: proven} | headers)


# On a node: the hub asks.


def _for_hub(operation: str, make: Callable[[Office, Scope, dict[str, str]], dict]):
    """An operation whose answer is kept for the node's people to see."""

    def perform(office: Office, call: Call) -> Answer:
        proof = _proven(office, call, scope.secrets_of)
        told = scope.of_line(office, scope.lines(office, proof.system_id)[0])
        made = make(office, told, call.query)
        version = f'"{made["version"]}"' if operation == "counters" else ""
        if version and version == call.header("If-None-Match"):
            return _signed(proof, b"", 304, ETag=version)
        body = _encoded(made)
        handouts.keep(office, told, operation, body.decode(), call.asked_from)
        return _signed(proof, body, **({"ETag": version} if version else {}))

    return perform


def _whole(query: dict[str, str], name: str) -> int:
    text = query.get(name) or "0"
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise Refused("federation-query", 400, name=name)
    return int(text)


def _limit(query: dict[str, str]) -> int:
    return min(_whole(query, "limit") or schema.MOST_STATUSES, schema.MOST_STATUSES)


def _of_node(operation: str, make: Callable[[Office, Scope, dict[str, str]], dict]):
    return {operation: ("GET", _for_hub(operation, make))}


def _statuses(office: Office, told: Scope, query: dict[str, str]) -> dict:
    return feed(office, told, _whole(query, "cursor"), _limit(query))


def _report(office: Office, told: Scope, query: dict[str, str]) -> dict:
    known = query.get("counters", "")
    if known and not VERSION.fullmatch(known):
        raise Refused("federation-query", 400, name="counters")
    cursor, head = _whole(query, "cursor"), _whole(query, "head")
    return report.report(office, told, cursor, known, head)


OF_NODE = (
    _of_node("node", lambda office, told, _: report.node(office, told))
    | _of_node("health", lambda office, told, _: health(office, told))
    | _of_node("counters", lambda office, told, _: counters(office, told))
    | _of_node("statuses", _statuses)
    | _of_node("audit-head", lambda office, _, q: audit_head(office, _whole(q, "known")))
    | _of_node("report", _report)
)


# On the hub: a node tells.


def _secrets_of_account(office: Office, system_id: str) -> list[str]:
    return accounts.secrets_of(office, accounts.find(office, system_id))


def _teller(office: Office, call: Call) -> Proof:
    proof = _proven(office, call, _secrets_of_account)
    account: HubAccount = accounts.find(office, proof.system_id)
    if account.is_locked:
        raise Refused("federation-account-locked", 403)
    return proof


def _known(office: Office, call: Call) -> Answer:
    proof = _teller(office, call)
    return _signed(proof, _encoded(reports.known(office, proof.system_id)))


def _reports(office: Office, call: Call) -> Answer:
    proof = _teller(office, call)
    try:
        told = schema.read("Report", call.request.body)
    except NotAnswered:
        raise Refused("federation-body", 400) from None
    return _signed(proof, _encoded(reports.told(office, proof.system_id, told)))


def _description(office: Office, _call: Call) -> Answer:
    return Answer(_encoded(openapi.description(office.settings.is_hub)))


OF_ANYBODY = {openapi.NAME: ("GET", _description)}
OF_HUB = {"known": ("GET", _known), "reports": ("POST", _reports)}
