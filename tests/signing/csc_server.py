"""A small remote signing service (Cloud Signature Consortium, 1.0.4 and 2) over real HTTP on this
machine, with a real key. It is as strict as the real ones: a code serves once and not after three
wrong tries, an authorisation is for so many signatures and no more than the key makes at once, and
where it names hashes, for each of those once."""

import base64
import json
import secrets
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

SHA256 = "2.16.840.1.101.3.4.2.1"
SHA256_RSA = "1.2.840.113549.1.1.11"
SHA256_ECDSA, PSS = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.10"


@dataclass
class Service:
    """What the service knows and how it behaves; tests change it between calls."""

    key: object
    certificates: list[bytes]
    user: str = "vanthu-node"
    secret: str = "canary-client-secret"
    pin: str = "55667788"
    pin_presence: str = "true"
    needs_otp: bool = False
    scal: str = "1"
    most: int = 10
    algorithms: tuple[str, ...] = (SHA256_RSA,)
    answers: str = ""  # in another form than the usual one: "pss", "side by side"
    lasts: int = 300
    status: int = 0  # answer everything with this
    pause: float = 0.0
    otp: str = ""
    wrong_otps: int = 0
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    sads: dict[str, dict] = field(default_factory=dict)
    address: str = ""

    def answer(self, path: str, headers, body: bytes) -> tuple[int, dict]:
        version, _slash, method = path.removeprefix("/csc/").partition("/")
        if path == "/oauth2/token":
            method = "oauth2/token"
        self.calls.append(method)
        time.sleep(self.pause)
        if self.status:
            return self.status, {"error": "server_error"}
        if method == "info":
            return 200, {"specs": "1.0.4.0", "oauth2": self.address, "authType": ["oauth2client"]}
        if method in ("oauth2/token", "auth/login"):
            return self._token(method, headers, body)
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"error": "invalid_token"}
        asked = json.loads(body)
        name = method.replace("/", "_")
        return getattr(self, f"_{name}")(asked, 2 if version == "v2" else 1)

    def _token(self, method: str, headers, body: bytes) -> tuple[int, dict]:
        if method == "auth/login":
            encoded = headers.get("Authorization", "").removeprefix("Basic ")
            given = base64.b64decode(encoded).decode().split(":", 1)
        else:
            form = parse_qs(body.decode())
            given = [form.get(name, [""])[0] for name in ("client_id", "client_secret")]
        if given != [self.user, self.secret]:
            return 401, {"error": "invalid_client"}
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _credentials_list(self, asked: dict, version: int) -> tuple[int, dict]:
        return 200, {"credentialIDs": ["key-1"]}

    def _credentials_info(self, asked: dict, version: int) -> tuple[int, dict]:
        certificates = [base64.b64encode(each).decode() for each in self.certificates]
        said = {
            "key": {"status": "enabled", "algo": list(self.algorithms), "len": 2048},
            "cert": {"status": "valid", "certificates": certificates},
            "SCAL": self.scal,
            "multisign": self.most,
        }
        if version == 1:
            return 200, said | {
                "authMode": "explicit",
                "PIN": {"presence": self.pin_presence},
                "OTP": {"presence": "true" if self.needs_otp else "false"},
            }
        objects = [{"type": "Password", "id": "PIN"}]
        if self.needs_otp:
            objects.append({"type": "Password", "id": "OTP", "generator": "totp"})
        return 200, said | {"auth": {"mode": "explicit", "objects": objects}}

    def _credentials_sendOTP(self, asked: dict, version: int) -> tuple[int, dict]:
        self.otp, self.wrong_otps = f"{secrets.randbelow(10**6):06}", 0
        return 204, {}

    _credentials_getChallenge = _credentials_sendOTP

    def _credentials_authorize(self, asked: dict, version: int) -> tuple[int, dict]:
        given = {each["id"]: each["value"] for each in asked.get("authData", ())} or asked
        if given.get("PIN") != self.pin:
            return 400, {"error": "invalid_pin", "error_description": "The PIN is invalid"}
        if self.needs_otp and not self._takes(given.get("OTP")):
            return 400, {"error": "invalid_otp", "error_description": "The OTP is invalid"}
        named = asked.get("hash" if version == 1 else "hashes")
        problem = self._problem_of(asked, named, version)
        if problem:
            return 400, {"error": "invalid_request", "error_description": problem}
        sad = secrets.token_hex(16)
        ends = time.monotonic() + self.lasts
        left = list(named) if named else None
        self.sads[sad] = {"left": asked["numSignatures"], "hashes": left, "ends": ends}
        return 200, {"SAD": sad, "expiresIn": self.lasts}

    def _takes(self, given: str | None) -> bool:
        """A code is good once, and for nobody after three wrong tries."""
        if self.otp and given == self.otp:
            self.otp, self.wrong_otps = "", 0
            return True
        self.wrong_otps += 1
        if self.wrong_otps >= 3:
            self.otp = ""
        return False

    def _problem_of(self, asked: dict, named: list | None, version: int) -> str:
        if not 1 <= asked["numSignatures"] <= self.most:
            return "Numbers of signatures is too high"
        if self.scal != "2":
            return ""
        if not named:
            return "Missing hash"
        if len(named) != asked["numSignatures"]:
            return "The numSignatures parameter does not match the number of hashes"
        if version == 2 and asked.get("hashAlgorithmOID") != SHA256:
            return "Missing (or invalid type) string parameter hashAlgorithmOID"
        return ""

    def _signatures_signHash(self, asked: dict, version: int) -> tuple[int, dict]:
        wanted = asked["hash" if version == 1 else "hashes"]
        algorithm = asked["hashAlgo" if version == 1 else "hashAlgorithmOID"]
        sad = self.sads.get(asked["SAD"])
        if sad is None or sad["ends"] <= time.monotonic() or sad["left"] < len(wanted):
            return 400, {"error": "invalid_request", "error_description": "Invalid parameter SAD"}
        if sad["hashes"] is not None and Counter(wanted) - Counter(sad["hashes"]):
            said = "Hash is not authorized by the SAD"
            return 400, {"error": "invalid_request", "error_description": said}
        if algorithm != SHA256 or asked["signAlgo"] not in self.algorithms:
            return 400, {"error": "invalid_request", "error_description": "Algorithm"}
        sad["left"] -= len(wanted)
        if sad["hashes"] is not None:
            for each in wanted:
                sad["hashes"].remove(each)
        salt = None
        if asked["signAlgo"] == PSS:
            if not asked.get("signAlgoParams"):
                said = "Missing (or invalid type) string parameter signAlgoParams"
                return 400, {"error": "invalid_request", "error_description": said}
            told = algos.RSASSAPSSParams.load(base64.b64decode(asked["signAlgoParams"]))
            salt = told["salt_length"].native
        return 200, {"signatures": [self._signature(each, salt) for each in wanted]}

    def _signature(self, digest: str, salt: int | None) -> str:
        hashed, way = base64.b64decode(digest), Prehashed(hashes.SHA256())
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            made = self.key.sign(hashed, ec.ECDSA(way))
            if self.answers == "side by side":
                made = b"".join(n.to_bytes(32, "big") for n in decode_dss_signature(made))
        elif salt or self.answers == "pss":
            padded = padding.PSS(padding.MGF1(hashes.SHA256()), salt or 32)
            made = self.key.sign(hashed, padded, way)
        else:
            made = self.key.sign(hashed, padding.PKCS1v15(), way)
        return base64.b64encode(made).decode()


@contextmanager
def running(service: Service):
    """The service at `service.address` ("http://127.0.0.1:…")."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = service.answer(self.path, self.headers, body)
            data = b"" if status == 204 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
