"""A signature as a file of its own beside the signed one (CAdES, `name.p7s`): for files that are no
PDF, and for PDFs that whoever signed them closed against every change."""

import asyncio
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from adapters.signing.certificates import facts_of
from adapters.signing.finishing import SigningFailed, check_holder, failures
from adapters.signing.keys import SigningKey
from adapters.signing.trust import VIETNAM
from domain.errors import Invalid


def sign_detached(data: bytes, key: SigningKey, *, at: datetime) -> bytes:
    """The signature (DER) over exactly these bytes. Refuses "certificate-…", SigningFailed."""
    check_holder(key, at)
    when = PdfCMSSignedAttributes(signing_time=at.astimezone(VIETNAM).replace(microsecond=0))
    with failures():
        made = asyncio.run(
            _KeySigner(key).async_sign_general_data(
                data, "sha256", detached=True, use_cades=True, signed_attr_settings=when
            )
        )
        signature = made.dump()
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


class _KeySigner(Signer):
    """Any key of ours as pyHanko wants it."""

    def __init__(self, key: SigningKey) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(key.chain)
        super().__init__(signing_cert=key.certificate, cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(self._key.signature_bytes)
        return self._key.sign(data, digest_algorithm)
