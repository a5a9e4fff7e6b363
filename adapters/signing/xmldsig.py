"""The parts of an XML signature (XML Signature Syntax and Processing 1.1): reading it without harm,
canonical form, digests, and whether a value is that of a key."""

import base64
import binascii
import hashlib
from copy import deepcopy

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from adapters.signing.verifying import is_signature

DSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
_INCLUSIVE = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",  # differs only in what `canonical` refuses
)
_EXCLUSIVE = ("http://www.w3.org/2001/10/xml-exc-c14n#",)
_COMMENTED = ("#WithComments", "WithComments")
DEFAULT_FORM = _INCLUSIVE[0]
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_DIGESTS = {
    f"{DSIG}sha1": "sha1",
    f"{_ENC}sha256": "sha256",
    f"{_MORE}sha384": "sha384",
    f"{_ENC}sha512": "sha512",
}
_METHODS = {f"{_MORE}{key}-{name}": (key, name) for key in ("rsa", "ecdsa") for name in _HASHES}
_METHODS[f"{DSIG}rsa-sha1"] = ("rsa", "sha1")
LARGEST = 4 * 1024 * 1024  # bytes of one XML file that is read as such
_XML = "{http://www.w3.org/XML/1998/namespace}"


class Unsupported(Exception):
    """Something that the standard allows and nobody here can judge."""


class Unreadable(Exception):
    """No such XML, or none that an honest writer would make."""


def parse(data: bytes) -> etree._Element:
    """The root of a small document without a document type; Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable
    return root


def is_form(algorithm: str) -> bool:
    return _plain(algorithm) in (*_INCLUSIVE, *_EXCLUSIVE)


def canonical(element: etree._Element, algorithm: str) -> bytes:
    """The canonical form of an element with all that is in it, as if it stood alone; Unsupported.

    lxml writes that of whole documents only: the element is made the root of one, with the
    namespaces it has where it stands. Attributes xml:… of elements around it would count too.
    """
    if not is_form(algorithm):
        raise Unsupported(algorithm)
    if any(name.startswith(_XML) for each in element.iterancestors() for name in each.attrib):
        raise Unsupported("xml attributes")
    apex = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    apex.text = element.text
    apex.extend(deepcopy(each) for each in element)
    return etree.tostring(
        apex,
        method="c14n",
        exclusive=_plain(algorithm) in _EXCLUSIVE,
        with_comments=algorithm != _plain(algorithm),
    )


def digest_name(holder: etree._Element) -> str:
    """The digest an element's DigestMethod names; Unsupported."""
    algorithm = attribute(holder, "DigestMethod")
    if algorithm not in _DIGESTS:
        raise Unsupported(algorithm)
    return _DIGESTS[algorithm]


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def method(signature: etree._Element) -> tuple[str, str]:
    """(Kind of key, digest) of a signature; Unsupported."""
    algorithm = attribute(signature, "SignedInfo", "SignatureMethod")
    if algorithm not in _METHODS:
        raise Unsupported(algorithm)
    return _METHODS[algorithm]


def is_value_of(signer: x509.Certificate, signature: etree._Element) -> bool:
    """Whether the signature's value is that of this signer's key over its SignedInfo."""
    kind, name = method(signature)
    algorithm = signer.public_key.algorithm
    if (kind == "rsa") is not (algorithm == "rsa") or algorithm not in ("rsa", "ec"):
        return False
    form = attribute(signature, "SignedInfo", "CanonicalizationMethod")
    value = binary(one(signature, "SignatureValue"))
    if kind == "ecdsa":  # both numbers side by side (RFC 4050, 3.3)
        half = len(value) // 2
        value = encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))
    said = canonical(one(signature, "SignedInfo"), form)
    return is_signature(signer, said, value, name)


def one(parent: etree._Element, *path: str, namespace: str = DSIG) -> etree._Element:
    """The only child of that name, and of it, and so on; Unreadable."""
    for name in path:
        found = parent.findall(f"{{{namespace}}}{name}")
        if len(found) != 1:
            raise Unreadable
        (parent,) = found
    return parent


def attribute(parent: etree._Element, *path: str, name: str = "Algorithm") -> str:
    return one(parent, *path).get(name, "")


def binary(element: etree._Element) -> bytes:
    """Base64 with blanks in it; Unreadable."""
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable from error


def certificate(element: etree._Element) -> x509.Certificate:
    """Unreadable."""
    try:
        read = x509.Certificate.load(binary(element), strict=True)
        read.public_key.algorithm, read.subject.native  # noqa: B018  reads what will be asked for
    except (ValueError, TypeError, KeyError) as error:
        raise Unreadable from error
    return read


def _plain(algorithm: str) -> str:
    for ending in _COMMENTED:
        if algorithm.endswith(ending):
            return algorithm.removesuffix(ending)
    return algorithm
