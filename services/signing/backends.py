"""Reaching a bound key wherever it is: in the database, on a token, at a remote service. The only
place that knows them all, together with `materials`, which takes them in."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from adapters.sealing import unseal
from adapters.signing.keys import (
    Authority,
    SigningKey,
    certificate_of,
    certificates_of,
    open_key,
    open_secret,
)
from adapters.signing.keys.csc import Access, CscClient, CscKey, client_for
from adapters.signing.keys.pkcs11 import TokenKey, TokenPlace
from domain.errors import Invalid
from models.outgoing import Enclosure
from models.signing import CertificateBinding, KeyBackend, SigningRole
from services.office import Office
from services.signing.materials import access_context

NOTHING: Mapping[str, str] = {}


def open_binding(office: Office, binding: CertificateBinding, authority: Authority) -> SigningKey:
    """The key of a certificate, ready to sign with what an authorisation gave. Nothing is asked of
    a token or a service before the first signature.

    Raises Invalid("key-sealed-broken" | "token-module-missing").
    """
    if binding.backend == KeyBackend.PKCS12:
        return open_key(binding.key_sealed, authority.data_key)
    # The sealed copy of the parameters counts: the PIN goes nowhere else than it was meant for.
    secret = json.loads(open_secret(binding.key_sealed, authority.data_key))
    parameters, pin = secret["parameters"], secret["pin"]
    certificate, chain = certificates_of(binding.key_sealed)
    if binding.backend == KeyBackend.CSC:
        client = _client(office, binding, parameters)
        return CscKey(certificate, chain, client, parameters, pin, authority.once)
    library = office.settings.pkcs11_modules.get(parameters["module"])
    if library is None:
        raise Invalid("token-module-missing")
    key_id = bytes.fromhex(parameters["key_id"])
    place = TokenPlace(library, parameters["token"], parameters["serial"], key_id)
    return TokenKey(certificate, chain, place, pin)


def typed_once(
    office: Office, binding: CertificateBinding, authority: Authority, count: int
) -> Mapping[str, str]:
    """What travels to the worker of a code that a service sent for this signing: where it may be,
    it is turned into the service's activation data at once, so that a wrong one is told on the page
    and one code serves all of the `count` signatures.

    Where the service ties a code to the very hashes, only the worker can name them, and the code
    itself travels there.

    Raises Invalid("required" | "csc-too-many", field="otp"), KeyRefused("csc-otp-wrong"),
    Unavailable("csc-away").
    """
    if not needs_otp(binding):
        return NOTHING
    if not authority.once.get("otp"):
        raise Invalid("required", field="otp")
    key = open_binding(office, binding, authority)
    if key.signs_ahead:
        if count > key.facts["most"]:
            raise Invalid("csc-too-many", field="otp", most=key.facts["most"])
        return authority.once
    return {"sad": key.activate(count)}


def needs_otp(binding: CertificateBinding) -> bool:
    """Whether the service wants a code of its own for each signing."""
    return binding.backend == KeyBackend.CSC and bool(binding.parameters.get("needs_otp"))


def signs_ahead(binding: CertificateBinding) -> bool:
    """Whether all that one code shall serve must be signed at once: the service ties the code to
    the very hashes."""
    return needs_otp(binding) and bool(binding.parameters.get("pins_hashes"))


def send_otp(office: Office, binding: CertificateBinding) -> None:
    """The service sends the holder a code. Raises Unavailable("csc-away"), Invalid("csc-…")."""
    client = _client(office, binding, binding.parameters)
    client.send_otp(binding.parameters["credential"])


def signatures(office: Office, binding: CertificateBinding, documents: Sequence[int]) -> int:
    """How many a decision on these outgoing documents asks for: a seal goes on each enclosure too,
    under the same authorisation."""
    if binding.role != SigningRole.SEAL:
        return len(documents)
    count = select(func.count(Enclosure.id)).where(Enclosure.document_id.in_(documents))
    return len(documents) + office.session().scalar(count)


def _client(office: Office, binding: CertificateBinding, parameters: Mapping) -> CscClient:
    context = access_context(certificate_of(binding.key_sealed), parameters)
    secret = unseal(binding.access_sealed, office.settings.node_key, context).decode()
    access = Access(parameters["access"], parameters["user"], secret)
    return client_for(parameters["url"], access, office.settings.csc_http)
