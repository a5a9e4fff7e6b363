"""What the program on a clerk's PC looks at before it signs, and that its token signs just that."""

import hashlib

import pytest
from asn1crypto import cms, x509
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.signing.schemes import scheme_of
from adapters.signing.sign import ready_leader
from adapters.signing.verifying import is_signature
from tests.signing import pss, softhsm
from tests.signing.conftest import AT
from tests.signing.softhsm import LIBRARY, SoftHsm
from tests.signing.test_tokens import certified
from tools.signing_agent.attributes import check
from tools.signing_agent.token import Token
from tools.signing_agent.troubles import Suspicious

PIN, LABEL = "73190528", "token EC"


@pytest.fixture(scope="module")
def hsm(tmp_path_factory) -> SoftHsm:
    softhsm.needed()
    drawer = SoftHsm(tmp_path_factory.mktemp("agent-ec"))
    drawer.token(LABEL, PIN)
    return drawer


@pytest.mark.parametrize("kind", ["curves", "pss"])
def test_keys_that_do_not_sign_like_most_sign_too(hsm, ca, prepared, signature_png, kind):
    curves = kind == "curves"
    key = ec.generate_private_key(ec.SECP256R1()) if curves else pss.new_key()
    certificate = certified(ca, key) if curves else pss.certified(ca, certified(ca, key))
    hsm.put(LABEL, PIN, key, certificate, "e5" if curves else "e6")
    token = Token(LIBRARY, LABEL)
    (held,) = [each for each in token.certificates() if each.der == certificate]
    holder = Holder(x509.Certificate.load(certificate))
    made = ready_leader(prepared, holder, signature_png, signer_name="Ánh", at=AT)
    agreed = check(made.attributes, "sha256", whole(made), shown(prepared), certificate)
    with token.open(PIN) as opened:
        signature = opened.sign(agreed, held)
    assert is_signature(holder.certificate, made.attributes, signature, "sha256")


class Holder:
    chain = ()
    signature_bytes = 256

    def __init__(self, certificate) -> None:
        self.certificate, self.scheme = certificate, scheme_of(certificate)


def whole(made) -> bytes:
    return made.before + made.tail


def shown(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def made(prepared, person, signature_png):
    return ready_leader(prepared, person, signature_png, signer_name="Ánh", at=AT)


def with_attribute(attributes: bytes) -> bytes:
    """One attribute more than there may be."""
    read = cms.CMSAttributes.load(attributes)
    more = cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": AT})]})
    return cms.CMSAttributes([*read, more]).dump(force=True)


def test_what_is_as_it_should_be_is_agreed_to(made, prepared, person):
    agreed = check(
        made.attributes, "sha256", whole(made), shown(prepared), person.certificate.dump()
    )
    assert agreed.document_digest == made.document_digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a, d: (a, d.replace(b"/Type", b"/Tipe", 1)), "không bắt đầu bằng"),
        (lambda a, d: (a, d[:-3] + b"%%%"), "không phải của văn bản này"),
        (lambda a, d: (a, d + b"%"), "không bao trùm"),
        (lambda a, d: (with_attribute(a), d), "thuộc tính lạ"),
        (lambda a, d: (b"\x31\x00", d), "thuộc tính lạ"),
        (lambda a, d: (b"a document", d), "Không đọc được"),
        (lambda a, d: (a, d[: d.rindex(b"/ByteRange")]), "không"),
        (lambda a, d: (a, filled_hole(d)), "không bao trùm"),
    ],
    ids=["other", "tail", "longer", "more", "nothing", "garbage", "no-range", "filled"],
)
def test_anything_else_than_the_document_shown_is_suspicious(made, prepared, person, change, said):
    attributes, document = change(made.attributes, whole(made))
    certificate = person.certificate.dump()
    with pytest.raises(Suspicious, match=said):
        check(attributes, "sha256", document, shown(prepared), certificate)


def filled_hole(document: bytes) -> bytes:
    at = document.rindex(b"<000000")
    return document[: at + 1] + b"30" + document[at + 3 :]


def test_another_certificate_than_the_tokens_is_suspicious(made, prepared, ca):
    other = certified(ca, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(Suspicious, match="chứng thư khác"):
        check(made.attributes, "sha256", whole(made), shown(prepared), other)
    with pytest.raises(Suspicious, match="thuật toán băm"):
        check(made.attributes, "sha1", whole(made), shown(prepared), other)
