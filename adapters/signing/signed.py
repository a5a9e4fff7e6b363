"""One signature apart from where it was found, in a PDF or in a file of its own: what is needed to
ask whose it is, since when, and what it brings along."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from asn1crypto import cms, x509
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    extract_self_reported_ts,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class Signed:
    """`digest` gives that of the signed content by an algorithm's name; `crls`, `ocsps` (DER or
    read) and `others` (certificates) came along."""

    signer_info: cms.SignerInfo
    certificate: x509.Certificate
    digest: Callable[[str], bytes]
    claimed: datetime | None = None
    others: list = field(default_factory=list)
    crls: list = field(default_factory=list)
    ocsps: list = field(default_factory=list)


def in_pdf(signature: EmbeddedPdfSignature) -> Signed:
    crls, ocsps = _archived(signature.signer_info)
    others = list(signature.other_embedded_certs)
    try:
        store = DocumentSecurityStore.read_dss(signature.reader)
    except NoDSSFoundError:
        pass
    else:
        others += list(store.load_certs())
        crls += [_der(reference) for reference in store.crls]
        ocsps += [_der(reference) for reference in store.ocsps]
    return Signed(
        signature.signer_info,
        signature.signer_cert,
        signature.compute_digest,
        aware(signature.self_reported_timestamp),
        others,
        crls,
        ocsps,
    )


def in_cms(
    signed_data: cms.SignedData, signer_info: cms.SignerInfo, digest: Callable[[str], bytes]
) -> Signed:
    crls, ocsps = _archived(signer_info)
    certificates = extract_certs_for_validation(signed_data)
    return Signed(
        signer_info,
        certificates.signer_cert,
        digest,
        aware(extract_self_reported_ts(signer_info)),
        list(certificates.other_certs),
        crls,
        ocsps,
    )


def aware(moment: datetime | None) -> datetime | None:
    """A time without zone was written by a machine in Vietnam."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=VIETNAM)


def _archived(signer_info: cms.SignerInfo) -> tuple[list, list]:
    """Revocation answers that the signer put under the signature."""
    crls, ocsps = [], []
    for attribute in signer_info["signed_attrs"]:
        if attribute["type"].native == "adobe_revocation_info_archival":
            for archive in attribute["values"]:
                crls += list(archive["crl"] or ())
                ocsps += list(archive["ocsp"] or ())
    return crls, ocsps


def _der(reference) -> bytes:
    return reference.get_object().data
