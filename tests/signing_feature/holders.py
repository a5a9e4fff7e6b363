"""Keys of the people of Sơn Tịnh that are elsewhere: on a token, at a remote signing service."""

from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from services import signing
from tests.conftest import demo_ca
from tests.signing import softhsm
from tests.signing.csc_server import Service
from tests.signing.softhsm import LIBRARY, SoftHsm

TOKEN_PIN = "73918462"
PASSPHRASE = "mật khẩu của tệp"
NAME = "Trần Quang Vinh"


def with_settings(office, **changes) -> None:
    object.__setattr__(office, "settings", replace(office.settings, **changes))


def key_and_chain(office, name: str = NAME) -> tuple:
    p12 = demo_ca().issue_person(
        name, title="Chủ tịch", organisation="UBND huyện Sơn Tịnh (khóa ở nơi khác)",
        passphrase=PASSPHRASE, at=office.now(),
    )  # fmt: skip
    return _opened(p12)


def _opened(p12: bytes) -> tuple:
    key, certificate, others = pkcs12.load_key_and_certificates(p12, PASSPHRASE.encode())
    return key, [each.public_bytes(Encoding.DER) for each in (certificate, *others)]


def a_token(folder, office, label: str = "HSM huyện", pin: str = TOKEN_PIN) -> SoftHsm:
    softhsm.needed()
    drawer = SoftHsm(folder)
    drawer.token(label, pin)
    key, chain = key_and_chain(office)
    drawer.put(label, pin, key, chain[0])
    with_settings(office, pkcs11_modules={"softhsm": LIBRARY})
    return drawer


def bind_token(journey, pin: str, secret: str = TOKEN_PIN, label: str = "HSM huyện") -> int:
    upload = {
        "backend": "pkcs11", "module": "softhsm", "token": label, "secret": secret, "pin": pin,
    }  # fmt: skip
    return bind(journey, upload)


def a_service(office) -> Service:
    with_settings(office, csc_http=True)
    return Service(*key_and_chain(office))


def a_service_for_the_seal(office) -> Service:
    with_settings(office, csc_http=True)
    p12 = demo_ca().issue_agency(
        "Ủy ban nhân dân huyện Sơn Tịnh", code="000.00.32.H48", passphrase=PASSPHRASE,
        at=office.now(),
    )  # fmt: skip
    return Service(*_opened(p12))


def bind_service(
    journey, service: Service, pin: str, version: int = 1, holder: str | None = None
) -> int:
    upload = {
        "backend": "csc", "url": f"{service.address}/csc/v{version}", "access": "client",
        "user": service.user, "access_secret": service.secret, "secret": service.pin, "pin": pin,
    }  # fmt: skip
    return bind(journey, upload, holder)


def bind(journey, upload: dict, holder: str | None = None) -> int:
    """Of the leader, unless another holder is named."""
    admin, holder = journey.actor("st.quantri"), holder or str(journey.leader.person_id)
    return signing.bind_certificate(journey.office, admin, holder, upload)
