"""Two provincial gateways as their clients describe them, with their memory for a store: one with
tokens (REST behind a service bus), one with keys in headers (multipart). For any WSGI server."""

import base64
import itertools
import json
from dataclasses import dataclass, field

from werkzeug.wrappers import Request, Response

ONE, TWO = "99.99.01.H99", "99.99.02.H99"
LOCKED, UNKNOWN = "99.99.09.H99", "99.99.77.H99"
UNIT_SECRETS = {ONE: "khoa-don-vi-mot", TWO: "khoa-don-vi-hai"}
CLIENT = ("ung-dung-xa-mot", "mat-khau-ung-dung")
BASE = "/truclienthong/v1.0.0"


@dataclass
class Kept:
    """A package for one recipient."""

    doc_id: str
    kind: str
    sender: str
    to: str
    data: bytes
    status: str = "initial"

    def item(self) -> dict:
        return {
            "docId": self.doc_id,
            "messageType": self.kind,
            "from": self.sender,
            "to": self.to,
            "status": self.status,
        }


@dataclass
class Simulator:
    """`trouble` makes it answer the next calls so: an HTTP status, or a code of the gateway."""

    kept: list[Kept] = field(default_factory=list)
    trouble: list[int | str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def __call__(self, environ, start_response):
        request = Request(environ)
        request.get_data(cache=True, parse_form_data=False)
        self.calls.append(f"{request.method} {request.path}")
        return self.answer(request)(environ, start_response)

    def in_trouble(self) -> Response | None:
        if not self.trouble:
            return None
        said = self.trouble.pop(0)
        if isinstance(said, int):
            return Response("<html>Bad Gateway</html>", said, headers={"Location": "/khac"})
        return _json(self.code(said), 200)

    def code(self, code: str, **more: object) -> dict:
        return {"ErrorCode": code, "ErrorDesc": f"Ma loi {code}"} | more

    def keep(self, sender: str, kind: str, data: bytes, to: list[str]) -> str | None:
        """The id; the code of a refusal where it starts with E."""
        if kind not in ("edoc", "status") or not data:
            return "E10"
        if not data.lstrip().startswith(b"<"):
            return "E22"
        if UNKNOWN in to:
            return "E18"
        if LOCKED in to:
            return "E23"
        known = [k for k in self.kept if (k.sender, k.data) == (sender, data)]
        doc_id = known[0].doc_id.partition("-")[0] if known else f"d{next(self.numbers)}"
        for code in to:
            if code not in {k.to for k in known}:
                self.kept.append(Kept(f"{doc_id}-{code}", kind, sender, code, data))
        return doc_id

    def waiting(self, unit: str, kind: str) -> list[dict]:
        mine = [k for k in self.kept if (k.to, k.kind) == (unit, kind)]
        return [k.item() for k in mine if k.status not in ("done", "fail")]

    def find(self, unit: str, doc_id: str) -> Kept | None:
        return next((k for k in self.kept if (k.to, k.doc_id) == (unit, doc_id)), None)

    def agencies(self) -> list[dict]:
        return [{"id": c, "code": c, "name": f"Đơn vị {c}"} for c in UNIT_SECRETS]


class TokenSimulator(Simulator):
    """`tokens` are those it knows; a test may forget them."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.lasts: object = 3600

    def answer(self, request: Request) -> Response:
        if request.path == "/token":
            return self.token(request)
        if (trouble := self.in_trouble()) is not None:
            return trouble
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            return _json({"code": "900901", "message": "Invalid Credentials"}, 401)
        unit = request.headers.get("X-Unit-Code", "")
        if UNIT_SECRETS.get(unit) != request.headers.get("X-Unit-Secret"):
            return _json(self.code("15"), 403)
        return self.resource(request, unit, request.path.removeprefix(BASE))

    def token(self, request: Request) -> Response:
        given = request.authorization
        sent = (given.username, given.password) if given else None
        if sent != CLIENT or request.form.get("grant_type") != "client_credentials":
            return _json({"error": "invalid_client", "error_description": "sai"}, 401)
        token = f"t{next(self.numbers)}"
        self.tokens.add(token)
        return _json({"access_token": token, "expires_in": self.lasts, "token_type": "Bearer"})

    def resource(self, request: Request, unit: str, path: str) -> Response:
        if (request.method, path) == ("GET", "/donvilienthongs"):
            return _json(self.agencies())
        if (request.method, path) == ("GET", "/vanbans"):
            return _json(self.code("0", data=self.waiting(unit, request.args["loai"])))
        if (request.method, path) == ("POST", "/vanbans"):
            body = request.get_json()
            data = base64.b64decode(body["data"], validate=True)
            doc_id = self.keep(unit, body["loai"], data, body.get("to") or [TWO])
            refused = doc_id.startswith("E")
            return _json(self.code(doc_id[1:]) if refused else self.code("0", docId=doc_id))
        kept = self.find(unit, path.removeprefix("/vanbans/"))
        if kept is None:
            return _json({"message": "khong thay"}, 404)
        if request.method == "PUT":
            kept.status = request.get_json()["status"]
            return _json(self.code("0"))
        return _json(self.code("0", data=base64.b64encode(kept.data).decode()))


class MultipartSimulator(Simulator):
    """All operations under /v1, arguments as the fields of a form."""

    def answer(self, request: Request) -> Response:
        if (trouble := self.in_trouble()) is not None:
            return trouble
        unit = request.headers.get("X-SystemId", "")
        if UNIT_SECRETS.get(unit) != request.headers.get("X-SecretKey"):
            return _json(self.code("15"))
        if request.method != "POST" or not request.path.startswith("/v1/"):
            return Response("<html>404</html>", 404)
        operation = getattr(self, "do_" + request.path.removeprefix("/v1/"), None)
        return operation(request, unit) if operation else Response("<html>404</html>", 404)

    def do_sendEdoc(self, request: Request, unit: str) -> Response:
        given = request.files.get("edocFile")
        if given is None:
            return _json(self.code("10"))
        to = json.loads(request.form.get("to", "null")) or [TWO]
        doc_id = self.keep(unit, request.form["messageType"], given.read(), to)
        refused = doc_id.startswith("E")
        return _json(self.code(doc_id[1:]) if refused else self.code("0", DocId=doc_id))

    def do_getReceivedEdocList(self, request: Request, unit: str) -> Response:
        return _json(self.code("0", data=self.waiting(unit, request.form["messageType"])))

    def do_getEdoc(self, request: Request, unit: str) -> Response:
        kept = self.find(unit, request.form["docId"])
        if kept is None:
            return _json(self.code("26"))
        return _json(self.code("0", data=base64.b64encode(kept.data).decode()))

    def do_updateStatus(self, request: Request, unit: str) -> Response:
        self.find(unit, request.form["docId"]).status = request.form["status"]
        return _json(self.code("0"))

    def do_getSentEdocList(self, request: Request, unit: str) -> Response:
        wanted = request.form["docId"]
        mine = [k for k in self.kept if k.sender == unit and k.doc_id.startswith(f"{wanted}-")]
        items = [
            {"senderDocId": wanted, "toCode": k.to, "sendStatus": "done", "receiveStatus": k.status}
            for k in mine
        ]
        return _json(self.code("0", data=items))

    def do_getAgenciesList(self, request: Request, unit: str) -> Response:
        return _json(self.code("0", data=self.agencies()))


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
