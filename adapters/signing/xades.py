"""What an XML signature says beside what it covers (XAdES, ETSI EN 319 132-1): when the signer says
it was made, whose certificate was meant, and what came along later: time stamps, revocation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from lxml import etree

from adapters.signing.signed import aware
from adapters.signing.xmldsig import (
    DEFAULT_FORM,
    DSIG,
    Unreadable,
    attribute,
    binary,
    canonical,
    certificate,
    digest,
    digest_name,
    one,
)

_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/digital-signature"
MOST = 50


@dataclass(frozen=True)
class Properties:
    """`stamped` is what a time stamp of the signature is over; `meant` the (algorithm, digest) of
    the signer's certificate as it was signed."""

    claimed: datetime | None = None
    meant: tuple[tuple[str, bytes], ...] = ()
    stamped: bytes = b""
    tokens: tuple[cms.SignedData, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def names(self, signer: x509.Certificate) -> bool:
        """Whether it was this certificate the signer meant; not all say."""
        der = signer.dump()
        return all(digest(name, der) == value for name, value in self.meant)


def properties(signature: etree._Element, signed: Iterable[etree._Element]) -> Properties:
    """Of what is signed only what lies in the elements `signed`; Unreadable, Unsupported."""
    signed = list(signed)
    return Properties(
        claimed=_claimed(signed),
        meant=tuple(_meant(signed)),
        stamped=canonical(one(signature, "SignatureValue"), _form(signature)),
        tokens=tuple(_token(each) for each in _unsigned(signature, "EncapsulatedTimeStamp")),
        certificates=tuple(
            certificate(each) for each in _unsigned(signature, "EncapsulatedX509Certificate")
        ),
        crls=tuple(binary(each) for each in _unsigned(signature, "EncapsulatedCRLValue")),
        ocsps=tuple(binary(each) for each in _unsigned(signature, "EncapsulatedOCSPValue")),
    )


def _claimed(signed: list[etree._Element]) -> datetime | None:
    """By XAdES, else by the package's own property (ECMA-376, part 2, 13.2.4.18)."""
    for tag in (f"{{{_XADES}}}SigningTime", f"{{{_PACKAGE}}}SignatureTime/{{{_PACKAGE}}}Value"):
        for holder in signed:
            found = holder.find(f".//{tag}")
            if found is not None:
                return _moment((found.text or "").strip())
    return None


def _moment(text: str) -> datetime | None:
    try:
        return aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _meant(signed: list[etree._Element]) -> Iterable[tuple[str, bytes]]:
    """The first certificate that is named is the signer's."""
    for holder in signed:
        for version in ("SigningCertificate", "SigningCertificateV2"):
            path = f".//{{{_XADES}}}{version}/{{{_XADES}}}Cert/{{{_XADES}}}CertDigest"
            found = holder.find(path)
            if found is not None:
                yield digest_name(found), binary(one(found, "DigestValue"))


def _form(signature: etree._Element) -> str:
    """The canonical form its time stamps are made over."""
    stamp = signature.find(f".//{{{_XADES}}}SignatureTimeStamp")
    if stamp is None or stamp.find(f"{{{DSIG}}}CanonicalizationMethod") is None:
        return DEFAULT_FORM
    return attribute(stamp, "CanonicalizationMethod")


def _unsigned(signature: etree._Element, name: str) -> list[etree._Element]:
    """Values under UnsignedSignatureProperties. Of time stamps those of the signature alone."""
    within = f"{{{_XADES}}}SignatureTimeStamp" if name.endswith("TimeStamp") else ""
    holders = signature.iter(f"{{{_XADES}}}UnsignedSignatureProperties")
    found = [
        each
        for holder in holders
        for parent in (holder.iter(within) if within else [holder])
        for each in parent.iter(f"{{{_XADES}}}{name}")
    ]
    if len(found) > MOST:
        raise Unreadable
    return found


def _token(element: etree._Element) -> cms.SignedData:
    try:
        return cms.ContentInfo.load(binary(element))["content"]
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable from error
