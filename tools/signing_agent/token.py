"""The token, through its PKCS#11 library. Certificates are read without a PIN; the PIN opens one
session, lives as long as that and is written nowhere."""

import hashlib
from dataclasses import dataclass

import pkcs11
from asn1crypto import algos, x509
from pkcs11 import MGF, Attribute, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as faults

from .attributes import Checked
from .troubles import Absent, Faulty, Locked, Removed, Trouble, WrongPin

GONE = (
    faults.DeviceRemoved,
    faults.TokenNotPresent,
    faults.TokenNotRecognised,
    faults.SessionHandleInvalid,
    faults.SessionClosed,
    faults.UserNotLoggedIn,
)


@dataclass(frozen=True)
class OnToken:
    """A certificate on the token; `id` is what its key is found by."""

    der: bytes
    id: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def name(self) -> str:
        return x509.Certificate.load(self.der).subject.human_friendly

    @property
    def is_pss(self) -> bool:
        """Whether its key is for RSASSA-PSS alone."""
        return x509.Certificate.load(self.der).public_key.algorithm == "rsassa_pss"


class Token:
    """One token of one library; of several, the one with this label."""

    def __init__(self, module: str, label: str = "") -> None:
        try:
            tokens = list(pkcs11.lib(module).get_tokens())
        except (RuntimeError, OSError, faults.PKCS11Error):
            raise Trouble(f"Không mở được thư viện của token: {module}") from None
        tokens = [each for each in tokens if not label or each.label.strip() == label]
        if not tokens:
            raise Absent("Không thấy token. Hãy cắm token rồi chạy lại.")
        if len(tokens) > 1:
            labels = ", ".join(sorted(each.label.strip() for each in tokens))
            raise Trouble(f"Có nhiều token ({labels}). Hãy chọn bằng --token.")
        self._token = tokens[0]

    def certificates(self) -> list[OnToken]:
        """Certificates that people and agencies sign with; those of authorities are left out.
        Raises Removed, Faulty."""
        try:
            with self._token.open() as session:
                found = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
                read = [OnToken(each[Attribute.VALUE], each[Attribute.ID]) for each in found]
        except faults.PKCS11Error as fault:
            raise _trouble(fault) from None
        return [each for each in read if not x509.Certificate.load(each.der).ca]

    def open(self, pin: str) -> "OpenToken":
        """Raises Trouble for a wrong or locked PIN; each wrong one counts on the token."""
        try:
            return OpenToken(self._token.open(user_pin=pin))
        except (faults.PinIncorrect, faults.PinInvalid, faults.PinLenRange):
            raise WrongPin("PIN không đúng. Nhập sai nhiều lần token sẽ tự khóa.") from None
        except faults.PinLocked:
            raise Locked("Token đã bị khóa. Hãy liên hệ nơi cấp token để mở khóa.") from None
        except faults.PKCS11Error as fault:
            raise _trouble(fault) from None


class OpenToken:
    """A token whose PIN was given. Use it in a `with`: leaving it closes the session."""

    def __init__(self, session: pkcs11.Session) -> None:
        self._session = session
        self._keys: dict[bytes, pkcs11.PrivateKey] = {}

    def __enter__(self) -> "OpenToken":
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._session.close()
        except faults.PKCS11Error:  # unplugged meanwhile
            return

    def sign(self, checked: Checked, certificate: OnToken) -> bytes:
        """The signature over the checked attributes: PKCS#1 v1.5, RSASSA-PSS where the key is for
        that alone, or ECDSA in DER. Only what was checked can be signed; the digest is computed
        here."""
        try:
            key = self._key(certificate.id)
            if key.key_type == KeyType.EC:
                pair = key.sign(checked.attributes_digest, mechanism=Mechanism.ECDSA)
                return algos.DSASignature.from_p1363(pair).dump()
            if certificate.is_pss:
                digest = checked.attributes_digest
                return key.sign(
                    digest, mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=_pss(checked)
                )
            return key.sign(_digest_info(checked), mechanism=Mechanism.RSA_PKCS)
        except faults.PKCS11Error as fault:
            raise _trouble(fault) from None

    def _key(self, key_id: bytes) -> pkcs11.PrivateKey:
        """Looked for once a session: many signatures follow."""
        if key_id not in self._keys:
            wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: key_id}
            found = list(self._session.get_objects(wanted))
            if not found:
                raise Trouble("Token có chứng thư nhưng không có khóa bí mật của nó.")
            self._keys[key_id] = found[0]
        return self._keys[key_id]


def _pss(checked: Checked) -> tuple[Mechanism, MGF, int]:
    """The digest everywhere, and a salt as long: what the server will look for."""
    name = checked.digest_name.upper()
    return getattr(Mechanism, name), getattr(MGF, name), len(checked.attributes_digest)


def _digest_info(checked: Checked) -> bytes:
    """What PKCS#1 v1.5 pads (RFC 8017, 9.2); every token can do that much."""
    algorithm = {"algorithm": checked.digest_name}
    info = {"digest_algorithm": algorithm, "digest": checked.attributes_digest}
    return algos.DigestInfo(info).dump()


def _trouble(fault: faults.PKCS11Error) -> Trouble:
    if isinstance(fault, GONE):
        return Removed("Token đã bị rút ra.")
    return Faulty(f"Token báo lỗi ({type(fault).__name__}). Hãy rút ra, cắm lại rồi thử lại.")
