"""XML signatures: told apart from dummies, verified where real, written so that others accept them.
The judges of what we do are lxml's own canonical form and signxml."""

import base64
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLSigner, XMLVerifier
from signxml.algorithms import CanonicalizationMethod as Forms

from adapters.edxml.canonical import Canonical, Form
from adapters.edxml.evidence import Judge, SignatureState
from adapters.edxml.frame import parse
from adapters.edxml.package import Attachment
from adapters.edxml.read import read_message
from adapters.edxml.signing import Signer
from adapters.edxml.write import write_package, write_status
from domain.errors import Invalid
from tests.edxml.edxml_messages import (
    NAMESPACE,
    PDF,
    SAMPLES,
    full_package,
    message_xml,
    plain_package,
    plain_status,
)
from tests.edxml.signing_keys import EC_KEY, LEAF, ROOT, ROOT_DER, RSA_KEY, SIGNER, pem

DAY = date(2026, 3, 2)
S = SignatureState
DSIG = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def evidence(data: bytes, day: date = DAY, roots=()):
    return read_message(data, judge=Judge(day, roots)).evidence


def canonical(data: bytes, form: Form, **part: int) -> bytes:
    written: list[bytes] = []
    parse(Canonical(written.append, form, **part), iter([data]), [])
    return b"".join(written)


def as_lxml_has_it(data: bytes, exclusive: bool, prefixes=None) -> bytes:
    root = etree.fromstring(data).getroottree()
    return etree.tostring(
        root, method="c14n", exclusive=exclusive, with_comments=False,
        inclusive_ns_prefixes=prefixes,
    )  # fmt: skip


ODD = (
    b'<?xml version="1.0"?>\n<?a  b ?><!-- x --><r xmlns="u:d" xmlns:a="u:a" xmlns:b="u:b" z="1"'
    b' b:y="&lt;&#9;&#10;&quot;&apos;" a:y="&amp;" xml:lang="vi">\r\n t&gt;&amp;<![CDATA[<&]]>'
    b'<c xmlns="" a:q="1"><d xmlns="u:d"/><a:e xmlns:a="u:a"/><a:f xmlns:a="u:other"/></c>'
    b"<!-- y --><?p?>&#13;</r><?end x?>\n"
)


@pytest.mark.parametrize("exclusive", [False, True])
def test_the_canonical_form_is_the_one_lxml_makes(exclusive):
    messages = [ODD, write_package(full_package()), write_status(plain_status())]
    messages += [path.read_bytes() for path in sorted(SAMPLES.glob("*.edxml"))]
    for data in messages:
        assert canonical(data, Form(exclusive)) == as_lxml_has_it(data, exclusive)
    named = Form(True, ("b", ""))
    assert canonical(ODD, named) == as_lxml_has_it(ODD, True, ["b", "#default"])


TEXTS = st.text(st.sampled_from("aé&<>\"'\t\n\r ]ỹ"), max_size=6)
PREFIXES = st.sampled_from(["", "p", "q"])


@st.composite
def elements(draw, depth: int = 3) -> str:
    """Elements that declare all the prefixes they use, over and over in different ways."""
    spaces = {p: draw(st.sampled_from(["u:1", "u:2"])) for p in ("p", "q")}
    spaces |= {"": draw(st.sampled_from(["", "u:1"]))}
    prefix = draw(PREFIXES)
    name = f"{prefix}:e" if prefix else "e"
    declared = "".join(f' xmlns{":" if p else ""}{p}="{uri}"' for p, uri in spaces.items())
    escaped = [
        draw(TEXTS).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        .replace("\r", "&#13;").replace("]", "&#93;")
        for _ in range(3)
    ]  # fmt: skip
    attributes = f' b="{escaped[0]}" p:a="{escaped[1]}"'
    children = draw(st.lists(elements(depth - 1), max_size=2)) if depth else []
    return f"<{name}{declared}{attributes}>{escaped[2]}{''.join(children)}</{name}>"


@given(elements(), st.booleans())
@settings(max_examples=100, deadline=None, database=None, derandomize=True)
def test_any_elements_have_the_canonical_form_lxml_makes(text, exclusive):
    data = text.encode()
    assert canonical(data, Form(exclusive)) == as_lxml_has_it(data, exclusive)


def test_one_element_keeps_the_namespaces_of_those_around_it():
    data = b'<r xmlns="u:d" xmlns:a="u:a"><a:x><y>1</y></a:x><z/></r>'
    part = etree.fromstring(data)[0][0]
    for exclusive in (False, True):
        expected = etree.tostring(part, method="c14n", exclusive=exclusive)
        assert canonical(data, Form(exclusive), only=3) == expected
    assert canonical(data, Form(), without=2) == b'<r xmlns="u:d" xmlns:a="u:a"><z></z></r>'


@pytest.mark.parametrize(("key", "own"), [(RSA_KEY, LEAF), (EC_KEY, ROOT)], ids=["rsa", "ecdsa"])
def test_what_we_sign_is_accepted_by_others_and_by_ourselves(key, own):
    signer = Signer.from_pem(pem(key, own))
    for data, plain in (
        (write_package(full_package(), signer), full_package()),
        (write_status(plain_status(), signer), plain_status()),
    ):
        expected = SignatureConfiguration(location=".//")
        XMLVerifier().verify(data, x509_cert=own, expect_config=expected)
        message = read_message(data)
        assert message == plain  # signing changes nothing that is said
        told = evidence(data)
        assert (told.state, told.detail) == (S.VALID, "")
        assert told.signed_by == own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert told.algorithm in {"rsa-sha256", "ecdsa-sha256"}


def test_signing_with_rsa_gives_the_same_bytes_again():
    assert write_package(full_package(), SIGNER) == write_package(full_package(), SIGNER)


def signed_elsewhere(method, digest, form=Forms.CANONICAL_XML_1_0, key=RSA_KEY):
    """By signxml, with its signature where the standard puts it."""
    root = etree.fromstring(write_package(full_package()))
    header = root.find(f".//{{{NAMESPACE}}}edXMLHeader")
    etree.SubElement(header, f"{{{DSIG}}}Signature", Id="placeholder", nsmap={None: DSIG})

    class Signer_(XMLSigner):
        def check_deprecated_methods(self):
            """Old signatures must be made here to be seen through there."""

    signer = Signer_(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=form)
    return etree.tostring(signer.sign(root, key=key, cert=[LEAF]))


@pytest.mark.parametrize(
    "form", [Forms.CANONICAL_XML_1_0, Forms.EXCLUSIVE_XML_CANONICALIZATION_1_0]
)
@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
        (SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA384),
    ],
)
def test_signatures_of_others_are_verified(method, digest, form):
    data = signed_elsewhere(method, digest, form)
    assert evidence(data).state == S.VALID
    changed = data.replace(b"<edXML:Priority>2", b"<edXML:Priority>3")
    assert (evidence(changed).state, evidence(changed).detail) == (S.BROKEN, "digest")


def test_trust_needs_a_root_of_ours_and_a_valid_day():
    data = write_package(plain_package(), SIGNER)
    assert evidence(data, roots=[ROOT_DER]).is_trusted
    assert not evidence(data).is_trusted
    assert not evidence(data, day=date(2036, 1, 1), roots=[ROOT_DER]).is_trusted
    assert not evidence(data, roots=[b"not a certificate"]).is_trusted


def test_the_day_decides_whether_an_algorithm_is_to_be_trusted():
    old = signed_elsewhere(SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1)
    assert evidence(old, day=date(2013, 12, 31)).state == S.VALID
    assert evidence(old).state == S.WEAK
    new = write_package(plain_package(), SIGNER)
    assert evidence(new, day=date(2030, 12, 31)).state == S.VALID
    assert evidence(new, day=date(2031, 1, 1)).state == S.WEAK


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("Sơn Tịnh", "Sơn Hà", "digest"),
        ("JVBER", "JVBES", "digest"),
        ("<DigestValue>", "<DigestValue>A", "value"),
        ("<SignatureValue>", "<SignatureValue>AAAA", "value"),
    ],
)
def test_a_change_after_signing_is_seen(old, new, detail):
    data = write_package(full_package(), SIGNER).decode().replace(old, new).encode()
    told = evidence(data)
    assert (told.state, told.detail) == (S.BROKEN, detail)
    assert told.signed_by == "Trục huyện Sơn Tịnh"


def test_files_hidden_in_the_signature_are_no_part_of_the_message():
    """An enveloped signature does not cover itself: what is put into it must not be read."""
    hidden = (
        f'<Object><AttachmentEncoded xmlns="{NAMESPACE}"><Attachment><AttachmentName>x.pdf'
        "</AttachmentName><ContentTransferEncoded>JVBERi0=</ContentTransferEncoded></Attachment>"
        "</AttachmentEncoded></Object></Signature>"
    )
    package = full_package(attachments=(Attachment("a.pdf", data=PDF, content_id="a-1"),))
    data = write_package(package, SIGNER).replace(b"</Signature>", hidden.encode())
    assert evidence(data).state == S.VALID
    assert [file.name for file in read_message(data).attachments] == ["a.pdf"]


def test_a_signature_an_axis_has_rewritten_proves_nothing():
    data = write_package(plain_package(), SIGNER).replace(DSIG.encode(), NAMESPACE.encode())
    assert evidence(data).state == S.REWRITTEN


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no sample messages")
def test_the_signature_of_the_public_samples_is_known_as_a_dummy():
    for name in ("edoc_update", "edoc_replacement", "edoc_revocation"):
        assert evidence((SAMPLES / f"{name}.edxml").read_bytes()).state == S.DUMMY


def with_signature(text: str) -> bytes:
    return message_xml().replace(b"</edXMLHeader>", text.encode() + b"</edXMLHeader>")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", None),
        ("<DigitalSignature/>", S.EMPTY),
        ("<Signature/>", S.EMPTY),
        (f'<Signature xmlns="{DSIG}"><SignatureValue> </SignatureValue></Signature>', S.EMPTY),
        (f'<Signature xmlns="{DSIG}"><SignatureValue>QQ==</SignatureValue></Signature>',
         S.UNSUPPORTED),
        ('<Signature xmlns="urn:x"><SignatureValue>QQ==</SignatureValue></Signature>',
         S.UNSUPPORTED),
    ],
)  # fmt: skip
def test_a_place_without_a_signature_is_told_as_such(text, state):
    told = evidence(with_signature(text))
    assert (told and told.state) == state


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ('URI=""', 'URI="#part"'),
        ('URI=""', 'URI="http://127.0.0.1:1/x"'),
        ("#enveloped-signature", "#base64"),
        ("xml-exc-c14n#", "xslt"),
        ("xmlenc#sha256", "xmlenc#md5"),
        ("X509Certificate", "X509CRL"),
        ("</Transforms>", '<Transform Algorithm="http://www.w3.org/TR/xslt"/></Transforms>'),
    ],
)
def test_what_cannot_be_judged_is_told_as_such(old, new):
    data = write_package(plain_package(), SIGNER).decode().replace(old, new)
    assert evidence(data.encode()).state == S.UNSUPPORTED


def test_evidence_is_a_plain_value():
    told = evidence(write_package(plain_package(), SIGNER)).to_json()
    assert told["state"] == "valid"
    assert told["serial"] == "1267"
    assert base64.b16decode(told["certificate_sha256"].upper())


@pytest.mark.parametrize(
    "text",
    [b"", b"no key", pem(RSA_KEY), pem(RSA_KEY, ROOT), pem(rsa.generate_private_key(65537, 1024))],
    ids=["empty", "text", "no certificate", "other certificate", "short"],
)
def test_a_key_that_is_of_no_use_is_refused(text):
    with pytest.raises(Invalid, match="package-key-unusable"):
        Signer.from_pem(text)
