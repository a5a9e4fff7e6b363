"""Keys at a remote signing service, over the API of the Cloud Signature Consortium (1.0.4 and 2).

Our access (OAuth 2 client credentials, or a login) lets us ask; the holder's PIN and one-time code
let the service sign. Every call is bounded in time and size, follows no redirect and goes over
https, but for a service on this machine where a setting allows it. A failure of the way there is
Unavailable and may be tried again; what the service refuses is final.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import httpx
from asn1crypto import x509
from pkcs11.util.ec import encode_ecdsa_signature

from adapters.signing.keys import csc_wire
from adapters.signing.keys.interface import KeyRefused, longest_signature
from adapters.signing.schemes import Scheme, scheme_of
from domain.errors import Invalid, Unavailable

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
EACH = 0.3  # seconds more for each further signature that is asked for at once
MOST_ANSWER = 1024 * 1024
EARLY = 30  # seconds before its end in which an access token is not used any more
DONE = {200, 201, 204}  # those that only send a code have nothing to tell
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Access:
    """How the node may speak with the service: `kind` is "client" (OAuth 2) or "login"."""

    kind: str
    user: str
    secret: str = field(repr=False)


def checked_address(address: str, allow_http: bool) -> str:
    """The base address, ".../csc/v1" or ".../csc/v2"; else Invalid("csc-address")."""
    try:
        url = httpx.URL(address.strip().rstrip("/"))
    except httpx.InvalidURL:
        raise Invalid("csc-address", field="url") from None
    here = allow_http and url.scheme == "http" and url.host in LOOPBACK
    versioned = url.path.rpartition("/")[2] in ("v1", "v2")
    if not (url.scheme == "https" or here) or not versioned or url.userinfo or url.query:
        raise Invalid("csc-address", field="url")
    return str(url)


class CscClient:
    """One service under one access; keeps its access token until it ends."""

    def __init__(self, address: str, access: Access, allow_http: bool) -> None:
        self.address = checked_address(address, allow_http)
        self.version = int(self.address[-1])
        self._access, self._allow_http = access, allow_http
        self._http = httpx.Client(timeout=TIMEOUT, follow_redirects=False)
        self._token, self._token_ends = "", 0.0

    def credentials(self) -> list[str]:
        """The keys that this access may ask for."""
        return [str(each) for each in self._call("credentials/list", {})["credentialIDs"]]

    def credential(self, credential_id: str) -> csc_wire.Credential:
        said = self._call("credentials/info", csc_wire.info_request(credential_id))
        return csc_wire.credential(credential_id, said)

    def send_otp(self, credential_id: str) -> None:
        """The service sends its holder a code."""
        names = {1: "credentials/sendOTP", 2: "credentials/getChallenge"}
        self._call(names[self.version], {"credentialID": credential_id})

    def authorise(
        self, facts: Mapping, count: int, given: Mapping[str, str], hashes: Sequence[str] = ()
    ) -> tuple[str, int]:
        """The signature activation data for so many signatures, and for how many seconds."""
        body = csc_wire.authorise_request(self.version, facts, count, hashes, given)
        said = self._call("credentials/authorize", body)
        return str(said["SAD"]), int(said.get("expiresIn", 3600))

    def sign_hashes(
        self, facts: Mapping, sad: str, hashes: Sequence[str], mechanism: tuple[str, Scheme]
    ) -> list[bytes]:
        body = csc_wire.sign_request(self.version, facts, sad, hashes, mechanism)
        patience = httpx.Timeout(TIMEOUT.read + EACH * (len(hashes) - 1), connect=TIMEOUT.connect)
        said = self._call("signatures/signHash", body, timeout=patience)["signatures"]
        if len(said) != len(hashes):
            raise Unavailable("csc-away", cause="signatures missing")
        return [base64.b64decode(each) for each in said]

    def _call(self, method: str, body: dict, **how) -> dict:
        for renewing in (False, True):
            headers = {"Authorization": f"Bearer {self._access_token(renewing)}"}
            place = f"{self.address}/{method}"
            status, said = self._post(place, json=body, headers=headers, **how)
            if status in DONE:
                return said
            if status != 401 or renewing:
                break
        raise csc_wire.refusal_of(status, said)

    def _access_token(self, renewing: bool) -> str:
        if renewing or time.monotonic() > self._token_ends:
            status, said = self._login() if self._access.kind == "login" else self._grant()
            if status >= 500 or status in csc_wire.PASSING:
                raise csc_wire.refusal_of(status, said)
            if status != 200 or not said.get("access_token"):
                raise KeyRefused("csc-access-refused", field="access_secret")
            self._token = str(said["access_token"])
            lasts = int(said.get("expires_in", 600))
            self._token_ends = time.monotonic() + max(0, lasts - EARLY)
        return self._token

    def _login(self) -> tuple[int, dict]:
        user = (self._access.user, self._access.secret)
        return self._post(f"{self.address}/auth/login", json={"rememberMe": False}, auth=user)

    def _grant(self) -> tuple[int, dict]:
        status, said = self._post(f"{self.address}/info", json={})
        if status != 200:
            return status, said
        place = str(said.get("oauth2") or self.address).rstrip("/")
        checked_address(f"{place}/v1", self._allow_http)  # it gets our secret: https as well
        form = {
            "grant_type": "client_credentials", "scope": "service",
            "client_id": self._access.user, "client_secret": self._access.secret,
        }  # fmt: skip
        return self._post(f"{place}/oauth2/token", data=form)

    def _post(self, url: str, **content) -> tuple[int, dict]:
        try:
            with self._http.stream("POST", url, **content) as answer:
                data = b""
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > MOST_ANSWER:
                        raise Unavailable("csc-away", cause="answer too large")
        except httpx.HTTPError as error:
            raise Unavailable("csc-away", cause=type(error).__name__) from None
        try:
            said = json.loads(data) if data.strip() else {}
        except ValueError:
            said = None
        if not isinstance(said, dict):
            if answer.status_code == 200:
                raise Unavailable("csc-away", cause="no JSON")
            said = {}
        return answer.status_code, said


def hashes_of(datas: Sequence[bytes], digest: str) -> list[str]:
    """As they are named to the service."""
    return [base64.b64encode(hashlib.new(digest, data).digest()).decode() for data in datas]


def client_for(address: str, access: Access, allow_http: bool) -> CscClient:
    """The client of this process: connection and access token serve the next signature too."""
    return _client(address, access, allow_http, os.getpid())


@lru_cache(maxsize=32)
def _client(address: str, access: Access, allow_http: bool, _process: int) -> CscClient:
    return CscClient(address, access, allow_http)


@dataclass(frozen=True)
class CscKey:
    """A key at a service. `once` holds what was typed for this signing ("otp"), or what came of it:
    activation data ("sad"), or the signatures themselves, made ahead by their hashes ("made")."""

    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)
    client: CscClient = field(repr=False)
    facts: Mapping
    _pin: str = field(repr=False)
    once: Mapping = field(repr=False, default_factory=dict)

    @cached_property
    def signature_bytes(self) -> int:
        return longest_signature(self.certificate)

    @cached_property
    def scheme(self) -> Scheme:
        """PSS also where the service offers nothing else for an ordinary RSA key."""
        own = scheme_of(self.certificate)
        pss = own is Scheme.PKCS1 and csc_wire.makes_only_pss(self.facts["algorithms"])
        return Scheme.PSS if pss else own

    def sign(self, data: bytes, digest: str) -> bytes:
        """Refuses: Unavailable("csc-away"); SecretRefused("csc-pin-refused"); KeyRefused
        ("csc-otp-wrong" | "csc-sad-expired" | "csc-access-refused" | "csc-refused" |
        "csc-hash-other": not among those that were signed ahead)."""
        if self.signed_ahead:
            return self._made(data, digest)
        return self.sign_many([data], digest)[0]

    def activate(self, count: int) -> str:
        """The activation data for so many signatures, before their hashes are known. Refuses as
        `sign`, Invalid("csc-too-many")."""
        if count > self.facts["most"]:
            raise Invalid("csc-too-many", field="otp", most=self.facts["most"])
        return self.client.authorise(self.facts, count, self._given())[0]

    @property
    def signs_ahead(self) -> bool:
        """Whether the code that was typed is good once only, for hashes that are named with it: all
        that it shall serve must be signed at once (`sign_ahead`)."""
        return bool(self.once.get("otp")) and self.facts["pins_hashes"]

    @property
    def signed_ahead(self) -> bool:
        return "made" in self.once

    def sign_ahead(self, datas: Sequence[bytes], digest: str) -> dict[str, str]:
        """All signatures under one authorisation, by their hashes: `once["made"]` of the keys that
        will be asked for them. Refuses as `sign`, Invalid("csc-too-many")."""
        if len(datas) > self.facts["most"]:
            raise Invalid("csc-too-many", field="otp", most=self.facts["most"])
        made = self.sign_many(datas, digest)
        texts = [base64.b64encode(each).decode() for each in made]
        return dict(zip(hashes_of(datas, digest), texts, strict=True))

    def _made(self, data: bytes, digest: str) -> bytes:
        known = self.once["made"].get(hashes_of([data], digest)[0])
        if known is None:
            raise KeyRefused("csc-hash-other")
        return base64.b64decode(known)

    def sign_many(self, datas: Sequence[bytes], digest: str) -> list[bytes]:
        """Several signatures, as many at once as the service makes under one authorisation."""
        hashes = hashes_of(datas, digest)
        most, mechanism = self.facts["most"], (digest, self.scheme)
        made: list[bytes] = []
        for start in range(0, len(hashes), most):
            part = hashes[start : start + most]
            made += self.client.sign_hashes(self.facts, self._sad(part), part, mechanism)
        return made if self.scheme is not Scheme.ECDSA else [self._in_der(each) for each in made]

    def _sad(self, hashes: Sequence[str]) -> str:
        if self.once.get("sad"):
            return self.once["sad"]
        named = hashes if self.facts["pins_hashes"] else ()
        return self.client.authorise(self.facts, len(hashes), self._given(), named)[0]

    def _given(self) -> dict[str, str]:
        return {"pin": self._pin, "otp": self.once.get("otp", "")}

    def _in_der(self, signature: bytes) -> bytes:
        """Some services give the two integers of ECDSA side by side."""
        side_by_side = 2 * ((self.certificate.public_key.bit_size + 7) // 8)
        return encode_ecdsa_signature(signature) if len(signature) == side_by_side else signature
