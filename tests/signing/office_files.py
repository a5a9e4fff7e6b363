"""Office files, and signing them inside as Word and Excel do (ECMA-376, part 2, 13; XAdES). Written
from the standard as plain text in canonical form: nothing of it is shared with what verifies."""

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree

from openpyxl import Workbook

DSIG = "http://www.w3.org/2000/09/xmldsig#"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DIGITAL = f"{PACKAGE}/digital-signature"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA = {
    "sha1": f"{DSIG}sha1",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
}
RSA = {
    "sha1": f"{DSIG}rsa-sha1",
    "sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
}
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
ORIGIN = "_xmlsignatures/origin.sigs"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
Parts = dict[str, bytes]


def relationships(*rows: tuple[str, str, str], mode: str = "") -> bytes:
    told = "".join(
        f'<Relationship Id="{name}" Type="{kind}" Target="{target}"{mode}/>\n'
        for name, kind, target in rows
    )
    return f'{_HEAD}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'.encode()


def letter() -> Parts:
    """A small DOCX as Word lays it out."""
    body = '<w:p><w:r><w:t xml:space="preserve">Kính gửi các xã &amp; phường </w:t></w:r></w:p>'
    styles = '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    return {
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="{PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{RELS_TYPE}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/>'
            '<Override PartName="/docProps/core.xml" ContentType='
            '"application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
        ).encode(),
        "_rels/.rels": relationships(
            ("rId2", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId1", f"{OFFICE}/officeDocument", "word/document.xml"),
        ),
        "word/document.xml": (
            f"{_HEAD}<w:document xmlns:w="
            '"http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>"
        ).encode(),
        "word/styles.xml": (_HEAD + styles).encode(),
        "word/_rels/document.xml.rels": relationships(
            ("rId9", f"{OFFICE}/styles", "styles.xml"),
        ),
        "docProps/core.xml": (
            f'{_HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"/>'
        ).encode(),
    }


def table() -> Parts:
    """An XLSX as openpyxl writes it."""
    book, written = Workbook(), io.BytesIO()
    book.active.append(["Xã", "Số hộ"])
    book.active.append(["Bình Châu", 1204])
    book.save(written)
    return unpacked(written.getvalue())


def packed(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def unpacked(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass
class OfficeSigner:
    """`sign` gives a raw signature of bytes; `stamp` a time stamp token (DER) of bytes; `leaves`
    are parts, `leaves_named` relationships (part#id) that are not signed."""

    certificate: bytes
    sign: Callable[[bytes], bytes]
    at: datetime
    digest: str = "sha256"
    method: str = ""
    stamp: Callable[[bytes], bytes] | None = None
    leaves: frozenset[str] = frozenset()
    leaves_named: frozenset[str] = frozenset()
    meant: bytes = b""
    extra: str = ""
    others: tuple[bytes, ...] = field(default=())

    def signed(self, parts: Parts, number: int = 1) -> Parts:
        """The parts with a signature more."""
        rows = [
            (f"rId{each}", f"{DIGITAL[:-18]}/relationships/digital-signature/signature",
             f"sig{each}.xml")
            for each in range(1, number + 1)
        ]  # fmt: skip
        added = parts | {
            ORIGIN: b"",
            "_xmlsignatures/_rels/origin.sigs.rels": relationships(*rows),
            f"_xmlsignatures/sig{number}.xml": self._signature(parts).encode(),
        }
        return added | {"[Content_Types].xml": _with_types(parts["[Content_Types].xml"], number)}

    def _signature(self, parts: Parts) -> str:
        manifest = "".join(
            self._reference(parts, name) for name in sorted(parts) if self._is_signed(name)
        )
        time = self.at.isoformat()
        package = (
            f'<Object Id="idPackageObject"><Manifest>{manifest}</Manifest><SignatureProperties>'
            '<SignatureProperty Id="idSignatureTime" Target="#idPackageSignature">'
            f'<mdssi:SignatureTime xmlns:mdssi="{DIGITAL}"><mdssi:Format>YYYY-MM-DDThh:mm:ssTZD'
            f"</mdssi:Format><mdssi:Value>{time}</mdssi:Value></mdssi:SignatureTime>"
            "</SignatureProperty></SignatureProperties></Object>"
        )
        certified = _b64(hashlib.new(self.digest, self.meant or self.certificate).digest())
        properties = (
            '<xd:SignedProperties Id="idSignedProperties"><xd:SignedSignatureProperties>'
            f"<xd:SigningTime>{time}</xd:SigningTime><xd:SigningCertificate><xd:Cert>"
            f'<xd:CertDigest><DigestMethod Algorithm="{SHA[self.digest]}"></DigestMethod>'
            f"<DigestValue>{certified}</DigestValue></xd:CertDigest></xd:Cert>"
            "</xd:SigningCertificate></xd:SignedSignatureProperties></xd:SignedProperties>"
        )
        method = self.method or RSA[self.digest]
        info = (
            f'<SignedInfo><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
            f'<SignatureMethod Algorithm="{method}"></SignatureMethod>'
            + self._to("idPackageObject", f"{DSIG}Object", _apex(package))
            + self._to(
                "idSignedProperties",
                "http://uri.etsi.org/01903#SignedProperties",
                _apex(properties, f' xmlns:xd="{XADES}"'),
                f'<Transforms><Transform Algorithm="{C14N}"></Transform></Transforms>',
            )
            + "</SignedInfo>"
        )
        value = _b64(self.sign(_apex(info)))
        carried = "".join(
            f"<X509Certificate>{_b64(each)}</X509Certificate>"
            for each in (self.certificate, *self.others)
        )
        return (
            f'{_HEAD}<Signature xmlns="{DSIG}" Id="idPackageSignature">{info}'
            f"<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>{carried}</X509Data>"
            f'</KeyInfo>{package}<Object><xd:QualifyingProperties xmlns:xd="{XADES}" '
            f'Target="#idPackageSignature">{properties}{self._unsigned(value)}'
            f"</xd:QualifyingProperties></Object>{self.extra}</Signature>"
        )

    def _unsigned(self, value: str) -> str:
        if self.stamp is None:
            return ""
        stamped = _apex(f"<SignatureValue>{value}</SignatureValue>")
        return (
            "<xd:UnsignedProperties><xd:UnsignedSignatureProperties><xd:SignatureTimeStamp>"
            f'<CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
            f"<xd:EncapsulatedTimeStamp>{_b64(self.stamp(stamped))}</xd:EncapsulatedTimeStamp>"
            "</xd:SignatureTimeStamp></xd:UnsignedSignatureProperties></xd:UnsignedProperties>"
        )

    def _to(self, name: str, kind: str, data: bytes, transforms: str = "") -> str:
        return (
            f'<Reference Type="{kind}" URI="#{name}">{transforms}{self._digest(data)}</Reference>'
        )

    def _is_signed(self, name: str) -> bool:
        beside = name.startswith(("_xmlsignatures/", "docProps/", "[Content_Types]"))
        return not beside and name not in self.leaves

    def _reference(self, parts: Parts, name: str) -> str:
        uri = f"/{name}?ContentType={_type_of(parts, name)}"
        if not name.endswith(".rels"):
            return f'<Reference URI="{uri}">{self._digest(parts[name])}</Reference>'
        rows = [
            each
            for each in ElementTree.fromstring(parts[name])
            if not each.get("Type", "").endswith(("core-properties", "extended-properties"))
            and f"{name}#{each.get('Id')}" not in self.leaves_named
        ]
        rows.sort(key=lambda each: each.get("Id"))
        named = "".join(
            f'<mdssi:RelationshipReference xmlns:mdssi="{DIGITAL}" SourceId="{each.get("Id")}">'
            "</mdssi:RelationshipReference>"
            for each in rows
        )
        plain = "".join(
            f'<Relationship Id="{each.get("Id")}" Target="{each.get("Target")}" '
            f'TargetMode="{each.get("TargetMode", "Internal")}" Type="{each.get("Type")}">'
            "</Relationship>"
            for each in rows
        )
        data = f'<Relationships xmlns="{PACKAGE}/relationships">{plain}</Relationships>'.encode()
        return (
            f'<Reference URI="{uri}"><Transforms>'
            f'<Transform Algorithm="{PACKAGE}/RelationshipTransform">{named}</Transform>'
            f'<Transform Algorithm="{C14N}"></Transform></Transforms>'
            f"{self._digest(data)}</Reference>"
        )

    def _digest(self, data: bytes) -> str:
        value = _b64(hashlib.new(self.digest, data).digest())
        return (
            f'<DigestMethod Algorithm="{SHA[self.digest]}"></DigestMethod>'
            f"<DigestValue>{value}</DigestValue>"
        )


def _apex(text: str, more: str = "") -> bytes:
    """Text of an element inside the signature, as its canonical form stands alone."""
    return re.sub(r"^<[\w:]+", lambda tag: f'{tag[0]} xmlns="{DSIG}"{more}', text).encode()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _type_of(parts: Parts, name: str) -> str:
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    by_name = {each.get("PartName"): each.get("ContentType") for each in types}
    by_ending = {each.get("Extension"): each.get("ContentType") for each in types}
    return by_name.get(f"/{name}") or by_ending[name.rpartition(".")[2]]


def _with_types(types: bytes, number: int) -> bytes:
    added = (
        f'<Override PartName="/_xmlsignatures/sig{number}.xml" ContentType='
        '"application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"/>'
    )
    if b"origin.sigs" not in types:
        added += (
            f'<Override PartName="/{ORIGIN}" ContentType='
            '"application/vnd.openxmlformats-package.digital-signature-origin"/>'
        )
    return types.replace(b"</Types>", added.encode() + b"</Types>")
