"""The demo province's certificate authority at work: time stamps, OCSP answers and revocation lists
made by certomancer under the demo root, and a small server that gives them out on loopback."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import core, tsp, x509
from asn1crypto import crl as crls
from asn1crypto import ocsp as answers
from asn1crypto.keys import PrivateKeyInfo
from certomancer.services import (
    CRLBuilder,
    RevocationInfoInterface,
    SimpleOCSPResponder,
    TimeStamper,
    choose_signed_digest,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from adapters.signing.demo_ca import LIFE, DemoCA

OCSP_VALID = timedelta(hours=1)
CRL_VALID = timedelta(days=7)
LARGEST_REQUEST = 64 * 1024
POLICY = "1.3.6.1.4.1.4146.2.3"


class DemoAuthority(RevocationInfoInterface):
    """What the services answer with. `revoked` maps serial numbers to when they were revoked,
    `unknown` are serial numbers it claims never to have issued; both may change at any time."""

    def __init__(
        self, ca: DemoCA, clock: Callable[[], datetime], stamp_life: timedelta = LIFE
    ) -> None:
        self.ca, self.clock = ca, clock
        self.revoked: dict[int, datetime] = {}
        self.unknown: set[int] = set()
        self._root = x509.Certificate.load(ca.root_der)
        self._root_key = PrivateKeyInfo.load(ca.private_der())
        self._responder = self._service("OCSP thử nghiệm", ExtendedKeyUsageOID.OCSP_SIGNING, LIFE)
        self.renew(stamp_life)

    def renew(self, life: timedelta = LIFE) -> None:
        """A new certificate for time stamps and another for OCSP, from now on."""
        usage = ExtendedKeyUsageOID
        self._stamper = self._service("Dấu thời gian thử nghiệm", usage.TIME_STAMPING, life)
        self._responder = self._service("OCSP thử nghiệm", usage.OCSP_SIGNING, LIFE)

    @property
    def stamp_certificate(self) -> x509.Certificate:
        return self._stamper[0]

    def stamp(self, request: bytes) -> bytes:
        """The answer to an RFC 3161 request."""
        certificate, key = self._stamper
        stamper = TimeStamper(
            certificate,
            key,
            certs_to_embed=[self._root],
            fixed_dt=self.clock().replace(microsecond=0),
            policy=tsp.ObjectIdentifier(POLICY),
        )
        return stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()

    def ocsp(self, request: bytes) -> bytes:
        certificate, key = self._responder
        responder = SimpleOCSPResponder(
            certificate,
            key,
            choose_signed_digest("sha256", certificate.public_key),
            self.clock().replace(microsecond=0),
            self,
            validity=OCSP_VALID,
        )
        return responder.build_ocsp_response(answers.OCSPRequest.load(request)).dump()

    def crl(self, _request: bytes = b"") -> bytes:
        now = self.clock().replace(microsecond=0)
        builder = CRLBuilder(
            self._root.subject,
            self._root_key,
            choose_signed_digest("sha256", self._root.public_key),
            core.OctetString(self._root.key_identifier),
        )
        revoked = [
            builder.format_revoked_cert(serial, crls.CRLReason("key_compromise"), at)
            for serial, at in self.revoked.items()
            if at <= now
        ]
        return builder.build_crl(int(now.timestamp()), now, now + CRL_VALID, revoked).dump()

    def get_issuer_cert(self) -> x509.Certificate:
        return self._root

    def check_revocation_status(self, cid: answers.CertId, at_time: datetime):
        serial = cid["serial_number"].native
        if serial in self.unknown:
            return answers.CertStatus(name="unknown", value=core.Null()), []
        at = self.revoked.get(serial)
        if at is None or at > at_time:
            return answers.CertStatus(name="good", value=core.Null()), []
        facts = {"revocation_time": at, "revocation_reason": "key_compromise"}
        return answers.CertStatus(name="revoked", value=answers.RevokedInfo(facts)), []

    def _service(
        self, name: str, usage: object, life: timedelta
    ) -> tuple[x509.Certificate, PrivateKeyInfo]:
        certificate, key = self.ca.issue_service(name, usage, self.clock(), life)
        return x509.Certificate.load(certificate), PrivateKeyInfo.load(key)


ANSWERS = {
    "/tsa": ("stamp", "application/timestamp-reply"),
    "/ocsp": ("ocsp", "application/ocsp-response"),
    "/crl": ("crl", "application/pkix-crl"),
}


class AuthorityServer:
    """Serves an authority in a thread of this process, at `url`; a port of 0 takes any."""

    def __init__(self, authority: DemoAuthority, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"authority": authority})
        self._server = _Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "AuthorityServer":
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args) -> None:
        """Who hung up in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    authority: DemoAuthority
    timeout = 10

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_REQUEST:
            return self.send_error(413)
        return self._answer(self.rfile.read(length))

    def _answer(self, request: bytes) -> None:
        if self.path not in ANSWERS:
            return self.send_error(404)
        method, media_type = ANSWERS[self.path]
        try:
            body = getattr(self.authority, method)(request)
        except (ValueError, TypeError):  # no request of this kind
            return self.send_error(400)
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_args) -> None:
        """Says nothing: the run's own words stand on this terminal."""
