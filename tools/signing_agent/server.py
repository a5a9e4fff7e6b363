"""The node, over HTTPS: a few calls in JSON with the pairing's secret. No redirects are followed,
for the secret must not go elsewhere; answers are bounded."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

from .settings import Settings
from .troubles import Trouble

PREFIX = "/signing-token"
PLACES = {"document": "tasks", "copy": "copies"}
TIMEOUT = 30
MOST_JSON = 4 * 1024 * 1024
MOST_DOCUMENT = 512 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


class Server:
    """One node, as the person of this pairing."""

    def __init__(self, address: str, secret: str = "", authorities: str = "") -> None:
        self._address, self._secret = checked(address), secret
        context = ssl.create_default_context()
        if authorities:
            context.load_verify_locations(authorities)
        https = urllib.request.HTTPSHandler(context=context)
        self._opener = urllib.request.build_opener(_NoRedirects, https)

    @classmethod
    def of(cls, settings: Settings) -> "Server":
        return cls(settings.server, settings.secret, settings.authorities)

    def pair(self, code: str, name: str, certificates: list[bytes]) -> dict:
        sent = [base64.b64encode(each).decode() for each in certificates]
        return self._json("POST", "/pair", {"code": code, "name": name, "certificates": sent})

    def tasks(self) -> dict:
        return self._json("GET", "/tasks")

    def prepare(self, task: dict) -> dict:
        return self._json("POST", f"{_of(task)}/prepare", {})

    def document(self, task: dict, part: int, nonce: str) -> bytes:
        query = urlencode({"nonce": nonce, "part": int(part)})
        return self._call("GET", f"{_of(task)}/document?{query}", None, MOST_DOCUMENT)

    def answer(self, task: dict, part: int, nonce: str, signature: bytes) -> dict:
        body = {
            "nonce": nonce,
            "part": int(part),
            "signature": base64.b64encode(signature).decode(),
        }
        return self._json("POST", f"{_of(task)}/signature", body)

    def trouble(self, code: str, tasks: list[dict]) -> None:
        """Lets the pages of these tell what happened here; whether it arrives does not matter."""
        named = [{"kind": str(each["kind"]), "id": int(each["id"])} for each in tasks]
        try:
            self._json("POST", "/trouble", {"code": code, "tasks": named})
        except Trouble:
            return

    def _json(self, method: str, path: str, body: dict | None = None) -> dict:
        answer = self._call(method, path, body, MOST_JSON)
        try:
            return dict(json.loads(answer))
        except ValueError:
            raise Trouble("Máy chủ trả lời không đúng. Hãy kiểm tra địa chỉ máy chủ.") from None

    def _call(self, method: str, path: str, body: dict | None, most: int) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        address = self._address + PREFIX + path  # http or https: `checked`
        call = urllib.request.Request(address, data, method=method)  # noqa: S310
        call.add_header("Content-Type", "application/json")
        if self._secret:
            call.add_header("Authorization", f"Bearer {self._secret}")
        try:
            with self._opener.open(call, timeout=TIMEOUT) as answer:
                content = answer.read(most + 1)
        except urllib.error.HTTPError as error:
            raise Trouble(_refusal(error)) from None
        except (OSError, urllib.error.URLError) as error:
            reason = getattr(error, "reason", error)
            raise Trouble(f"Không gọi được máy chủ ({reason}). Hãy kiểm tra mạng.") from None
        if len(content) > most:
            raise Trouble("Máy chủ trả lời quá dài. Hãy báo quản trị viên.")
        return content


def _of(task: dict) -> str:
    """The part of the addresses that names a task."""
    return f"/{PLACES.get(task.get('kind'), 'tasks')}/{int(task['id'])}"


def checked(address: str) -> str:
    """The address without a slash at its end; only HTTPS, but for this very PC."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Trouble("Địa chỉ máy chủ phải bắt đầu bằng https://")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _refusal(error: urllib.error.HTTPError) -> str:
    """What the node says, or what its status tells."""
    try:
        return str(json.loads(error.read(MOST_JSON))["message"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"Máy chủ từ chối (mã {error.code}). Hãy báo quản trị viên."
