"""The OpenAPI descriptions are true: for calls made of them, signed and unsigned, right and wrong,
every answer is one of those described, and none is a fault."""

import io
import json
import os
from hashlib import sha256

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)
from schemathesis.openapi import from_wsgi

from adapters.axis.operations import OPERATIONS
from adapters.axis.wire import sign_headers
from adapters.federation import signing
from adapters.federation.signing import Request
from domain.federation import PROTOCOL
from services.office import utc_now
from tests import databases
from tests.federation.conftest import ROOT, SECRETS, SON_TINH, call
from tests.federation.test_node_api import arrive
from tests.hub.packages import edoc

BOUNDED = settings(
    max_examples=int(os.environ.get("VANTHU_EXAMPLES", "3")),  # more by `make fuzz-endpoints`
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


@pytest.fixture
def database():
    """The stricter kind alone: it refuses texts and numbers that SQLite takes."""
    databases.current = "sqlite" if databases.postgres_problem() else "postgres"
    yield databases.current
    databases.current = "sqlite"
    databases.give_back()


class Signed:
    """The application behind one who signs every request as it arrives; `seen` are the answers."""

    def __init__(self, app) -> None:
        self._app, self.seen = app, []

    def __call__(self, environ, start_response):
        self._sign(environ)

        def note(status, *rest):
            self.seen.append(int(status[:3]))
            return start_response(status, *rest)

        return self._app(environ, note)

    def _sign(self, environ) -> None:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        target = environ["PATH_INFO"] + (f"?{query}" if query else "")
        request = Request(environ["REQUEST_METHOD"], target, body)
        proof = signing.sign(request, SON_TINH, SECRETS[SON_TINH], utc_now())
        environ |= {f"HTTP_{n.upper().replace('-', '_')}": v for n, v in proof.items()}


def try_all(description, mode: GenerationMode, *excluded) -> int:
    """Every operation with such data; gives how many there were."""
    operations = [found.ok() for found in description.get_all_operations()]
    for operation in operations:

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def probe(case):
            case.validate_response(case.call(), excluded_checks=list(excluded))

        probe()
    return len(operations)


def hold_to_its_description(end, *excluded) -> list[int]:
    """Unsigned, and signed by one who may ask; gives the statuses of the signed answers."""
    address, signed = f"{ROOT}/openapi.json", Signed(end.app)
    try_all(from_wsgi(address, end.app), WRONG, *excluded)
    try_all(from_wsgi(address, signed), RIGHT, *excluded)
    # Whatever headers were left out, this caller puts them in.
    try_all(from_wsgi(address, signed), WRONG, negative_data_rejection, missing_required_header)
    assert not [status for status in signed.seen if status >= 500]
    return signed.seen


def test_what_a_node_answers_is_what_it_describes(node):
    arrive(node)
    assert {200, 400} <= set(hold_to_its_description(node))


def test_what_a_hub_answers_is_what_it_describes(hub, node, site):
    """A report that is well-formed may still not follow on the last one, or name a day that no
    month has: refused as described."""
    assert {200, 409} <= set(hold_to_its_description(hub, positive_data_acceptance))
    report = call(node.url, f"{ROOT}/report").content
    assert call(hub.url, f"{ROOT}/reports", "POST", report).status_code in (200, 409)


WORDS = [SON_TINH, "edoc", "status", "done", "fail", "1", "0", "{}", '["000.00.31.H48"]', "x" * 300]
PLAIN = st.characters(min_codepoint=32, max_codepoint=126)
# No HTTP client sends blanks at the edges of a header.
ARGUMENTS = st.text(PLAIN, max_size=40).map(str.strip) | st.sampled_from(WORDS)


def test_what_the_axis_answers_is_what_it_describes(hub):
    """Signed with arguments of every kind, then whatever else the description allows. The axis
    answers every method alike, for clients that read nothing but JSON."""
    description = from_wsgi("/axis/openapi.json", hub.app)
    excluded = [unsupported_method, positive_data_acceptance, missing_required_header]
    operations = [found.ok() for found in description.get_all_operations()]
    assert len(operations) == len(OPERATIONS)
    try_all(description, WRONG, *excluded, negative_data_rejection)
    assert sum(signed_well(operation, excluded) for operation in operations) > len(operations)


def signed_well(operation, excluded) -> int:
    """How many calls with arguments that the operation knows were answered with a success."""
    known = OPERATIONS[operation.path.rpartition("/")[2]]
    optional = {name: ARGUMENTS for name in known.arguments - {"wait"}}
    good = []

    @BOUNDED
    @given(operation.as_strategy(), st.fixed_dictionaries({}, optional=optional), st.booleans())
    def probe(case, arguments, is_package):
        if known.name == "sendEdoc" and is_package:
            digest = sha256(edoc()).hexdigest()
            arguments = {"from": SON_TINH, "messagetype": "edoc", "hash-file": digest}
            case.body = edoc()
        headers = sign_headers(
            arguments, SON_TINH, SECRETS[SON_TINH], known.content_type, utc_now()
        )
        case.headers = dict(headers)
        answer = case.call()
        case.validate_response(answer, excluded_checks=excluded)
        is_json = answer.headers["content-type"] == ["application/json"]
        good.append(not is_json or json.loads(answer.content)["status"] == "OK")

    probe()
    return sum(good)


def test_the_descriptions_are_valid_and_served_without_a_signature(hub, node):
    own = f"{ROOT}/openapi.json"
    for end, address in ((hub, own), (node, own), (hub, "/axis/openapi.json")):
        answer = end.app.test_client().get(address)
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        schemathesis.openapi.from_dict(answer.json).validate()
        assert answer.json["openapi"] == "3.1.0"
        assert int(answer.json["info"]["version"]) == PROTOCOL


def test_nonsense_on_the_axis_is_json_too(hub):
    client = hub.app.test_client()
    for method, address in (
        ("TRACE", "/axis/getEdoc"),
        ("NONSENSE", "/axis/getEdoc"),
        ("PATCH", "/axis/openapi.json"),
        ("GET", "/axis//x%00/../.."),
        ("DELETE", "/axis"),
    ):
        answer = client.open(address, method=method, data=b"\x00\xff")
        assert answer.status_code == 200, (method, address)
        assert answer.json["status"] == "FAIL"
