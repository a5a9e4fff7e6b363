"""A signature as a file of its own beside the signed one (CAdES, `name.p7s`): for files that are no
PDF, and for PDFs that whoever signed them closed against every change."""

import asyncio
import base64
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from asn1crypto import cms, x509
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from adapters.signing.certificates import facts_of
from adapters.signing.finishing import Holder, SigningFailed, check_holder, failures
from adapters.signing.keys import SigningKey
from adapters.signing.schemes import mechanism
from adapters.signing.trust import VIETNAM
from domain.errors import Invalid

DIGEST = "sha256"


@dataclass(frozen=True)
class DetachedToMake:
    """A signature beside a file, all of it but the signature's value: what a person's token or a
    signing service needs meanwhile. `attributes` (DER) is what the key signs."""

    cms: bytes
    attributes: bytes
    digest_name: str = DIGEST

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The signer's."""
        signed = cms.ContentInfo.load(self.cms)["content"]
        serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
        owned = (each.chosen for each in signed["certificates"])
        return next(each for each in owned if each.serial_number == serial)

    def signed(self, signature: bytes) -> bytes:
        """The signature beside the file (DER)."""
        made = cms.ContentInfo.load(self.cms)
        made["content"]["signer_infos"][0]["signature"] = signature
        return made.dump(force=True)

    def packed(self) -> bytes:
        parts = (self.cms, self.attributes)
        return json.dumps([base64.b64encode(each).decode() for each in parts]).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> "DetachedToMake":
        return cls(*(base64.b64decode(each) for each in json.loads(packed)))


def ready_detached(data: bytes, holder: Holder, *, at: datetime) -> DetachedToMake:
    """The first step of `sign_detached`. Refuses "certificate-…", SigningFailed."""
    check_holder(holder, at)
    when = PdfCMSSignedAttributes(signing_time=at.astimezone(VIETNAM).replace(microsecond=0))
    signer = _Waiting(holder)
    with failures():
        made = asyncio.run(
            signer.async_sign_general_data(
                data, DIGEST, detached=True, use_cades=True, signed_attr_settings=when
            )
        )
        return DetachedToMake(made.dump(), signer.attributes)


def sign_detached(data: bytes, key: SigningKey, *, at: datetime) -> bytes:
    """The signature (DER) over exactly these bytes. Refuses "certificate-…", SigningFailed."""
    ready = ready_detached(data, key, at=at)
    with failures():
        signature = ready.signed(key.sign(ready.attributes, ready.digest_name))
    if signer_of(data, signature) != facts_of(key.certificate).sha256:
        raise SigningFailed("signed-file-invalid", cause="detached")
    return signature


def signer_of(data: bytes, signature: bytes) -> str:
    """SHA-256 of the certificate whose signature over these bytes holds; nothing is said of whether
    it can be trusted.

    Refuses "detached-signature-wrong": over other bytes, or no signature at all.
    """
    try:
        signed = cms.ContentInfo.load(signature)["content"]
        trusting_nobody = ValidationContext(trust_roots=[], allow_fetching=False)
        status = asyncio.run(async_validate_detached_cms(data, signed, trusting_nobody))
    except Exception as error:  # damaged CMS leads to any error
        raise Invalid("detached-signature-wrong") from error
    if not (status.intact and status.valid):
        raise Invalid("detached-signature-wrong")
    return facts_of(status.signing_cert).sha256


class _Waiting(Signer):
    """Puts zeros where the signature's value will stand, and keeps what is to be signed."""

    def __init__(self, holder: Holder) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(holder.chain)
        how = mechanism(holder.scheme, DIGEST)
        super().__init__(
            signing_cert=holder.certificate, cert_registry=store, signature_mechanism=how
        )
        self._zeros, self.attributes = bytes(holder.signature_bytes), b""

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        self.attributes = data
        return self._zeros
