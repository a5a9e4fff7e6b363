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


@dataclass(frozen=True, kw_only=True)
class Brought:
    """A signer's certificate, when they say they signed, and what came along: `crls`, `ocsps` (DER
    or read) and `others` (certificates)."""

    certificate: x509.Certificate
    claimed: datetime | None = None
    others: list = field(default_factory=list)
    crls: list = field(default_factory=list)
    ocsps: list = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Signed(Brought):
    """A signature as CMS; `digest` gives that of the signed content by an algorithm's name."""

    signer_info: cms.SignerInfo
    digest: Callable[[str], bytes]


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
        signer_info=signature.signer_info,
        certificate=signature.signer_cert,
        digest=signature.compute_digest,
        claimed=aware(signature.self_reported_timestamp),
        others=others,
        crls=crls,
        ocsps=ocsps,
    )


def in_cms(
    signed_data: cms.SignedData, signer_info: cms.SignerInfo, digest: Callable[[str], bytes]
) -> Signed:
    crls, ocsps = _archived(signer_info)
    certificates = extract_certs_for_validation(signed_data)
    return Signed(
        signer_info=signer_info,
        certificate=certificates.signer_cert,
        digest=digest,
        claimed=aware(extract_self_reported_ts(signer_info)),
        others=list(certificates.other_certs),
        crls=crls,
        ocsps=ocsps,
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
