"""Taking in a key from wherever it is: a PKCS#12 file, a token, a remote signing service. What
comes out may rest in the database: the secret sealed under the signer's PIN and the node key, and
where the key is, for people to read. Slow, so outside of any transaction."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.sealing import seal as seal_access
from adapters.signing.keys import certificate_of, seal, seal_key
from adapters.signing.keys.csc import Access, CscClient, checked_address
from adapters.signing.keys.csc_wire import Credential, signs_as_wanted
from adapters.signing.keys.pkcs11 import TokenPlace
from adapters.signing.keys.token_reading import OnToken, read_token
from adapters.signing.vault import checked_pin
from domain.errors import Invalid
from models.signing import KeyBackend
from services.office import Office

MOST_P12 = 256 * 1024


@dataclass(frozen=True)
class Material:
    """A key that was taken in, not yet bound to anybody."""

    backend: KeyBackend
    sealed: bytes = field(repr=False)
    parameters: Mapping = field(default_factory=dict)
    access_sealed: bytes | None = field(repr=False, default=None)
    bare: bytes = b""  # the certificate alone, where the key stays with its owner

    @property
    def certificate(self) -> bytes:
        if self.backend == KeyBackend.TOKEN:
            return self.bare
        return certificate_of(self.sealed)


def take_in(office: Office, upload: Mapping) -> Material:
    """`upload` names its `backend` (a file, if none) and has what that needs, and the new `pin`.

    Raises what the backend refuses: "p12-…", "token-…", "csc-…", "pin-too-short".
    """
    checked_pin(str(upload["pin"]))
    return TAKERS[KeyBackend(upload.get("backend") or KeyBackend.PKCS12)](office, upload)


def _from_file(office: Office, upload: Mapping) -> Material:
    p12 = upload["p12"]
    if len(p12) > MOST_P12:
        raise Invalid("p12-too-large", field="file", limit=MOST_P12 // 1024)
    node_key = office.settings.node_key
    sealed = seal_key(p12, upload["passphrase"], upload["pin"], node_key)
    return Material(KeyBackend.PKCS12, sealed)


def _from_token(office: Office, upload: Mapping) -> Material:
    """`module`, `token`, `secret` (the token's PIN), `key_id` where there are several."""
    library = office.settings.pkcs11_modules.get(upload["module"])
    if library is None:
        raise Invalid("token-module-missing", field="module")
    place = TokenPlace(library, upload["token"].strip())
    found = _chosen(read_token(place, upload["secret"]), upload.get("key_id", ""))
    parameters = {
        "module": upload["module"],
        "token": place.label,
        "serial": found.serial,
        "key_id": found.key_id.hex(),
    }
    secret = {"pin": upload["secret"], "parameters": parameters}
    sealed = _sealed(office, secret, found.certificate, found.chain, upload["pin"])
    return Material(KeyBackend.PKCS11, sealed, parameters)


def _chosen(found: list[OnToken], key_id: str) -> OnToken:
    wanted = key_id.replace(":", "").replace(" ", "").lower()
    fitting = [each for each in found if wanted in ("", each.key_id.hex())]
    if not fitting:
        raise Invalid("token-no-key", field="key_id")
    if len(fitting) > 1:
        ids = ", ".join(each.key_id.hex() for each in fitting)
        raise Invalid("token-many-keys", field="key_id", ids=ids)
    return fitting[0]


def _from_service(office: Office, upload: Mapping) -> Material:
    """`url`, `access` ("client" or "login"), `user`, `access_secret`; `credential` where there are
    several; `secret` (the credential's PIN) where it has one."""
    address = checked_address(upload["url"], office.settings.csc_http)
    access = Access(upload["access"], upload["user"].strip(), upload["access_secret"])
    client = CscClient(address, access, office.settings.csc_http)
    credential = client.credential(_credential_id(client, upload.get("credential", "").strip()))
    _require_guarded(credential, upload.get("secret", ""))
    if not signs_as_wanted(credential):
        raise Invalid("csc-algorithm", field="credential")
    parameters = {"url": address, "access": access.kind, "user": access.user, **credential.facts()}
    secret = {"pin": upload.get("secret", ""), "parameters": parameters}
    sealed = _sealed(office, secret, credential.certificate, credential.chain, upload["pin"])
    context = access_context(certificate_of(sealed), parameters)
    access_sealed = seal_access(access.secret.encode(), office.settings.node_key, context)
    return Material(KeyBackend.CSC, sealed, parameters, access_sealed)


def _credential_id(client: CscClient, wanted: str) -> str:
    if wanted:
        return wanted
    found = client.credentials()
    if not found:
        raise Invalid("csc-no-credential", field="credential")
    if len(found) > 1:
        raise Invalid("csc-many-credentials", field="credential", ids=", ".join(found[:20]))
    return found[0]


def _require_guarded(credential: Credential, secret: str) -> None:
    """Our access alone must never be enough to sign: it opens with the node key only."""
    if not credential.enabled:
        raise Invalid("csc-credential-disabled", field="credential")
    if not (credential.needs_pin or credential.needs_otp):
        raise Invalid("csc-credential-unguarded", field="credential")
    if credential.needs_pin and not secret:
        raise Invalid("required", field="secret")


def _sealed(
    office: Office, secret: Mapping, certificate: bytes, chain: tuple[bytes, ...], pin: str
) -> bytes:
    plain = json.dumps(secret, sort_keys=True).encode()
    return seal(plain, certificate, chain, pin, office.settings.node_key)


def access_context(certificate: bytes, parameters: Mapping) -> str:
    """What our access to a service is tied to: this certificate at this address, so that nobody who
    writes into the database can have it sent elsewhere."""
    place = [parameters["url"], parameters["access"], parameters["user"]]
    return f"csc/{certificate.hex()}/{json.dumps(place)}"


TAKERS: dict[KeyBackend, Callable[[Office, Mapping], Material]] = {
    KeyBackend.PKCS12: _from_file,
    KeyBackend.PKCS11: _from_token,
    KeyBackend.CSC: _from_service,
}
