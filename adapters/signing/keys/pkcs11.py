"""Keys on a token or a hardware security module, over PKCS#11.

A session belongs to the process that opened it and is opened at the first signature, never before a
fork: a library that was loaded before is of no use in a child. It stays open for the next signature
made with the same PIN, and is opened anew once when the token was restarted meanwhile.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

import pkcs11
from asn1crypto import x509
from pkcs11 import MGF, Attribute, Mechanism, ObjectClass
from pkcs11 import exceptions as told
from pkcs11.util.ec import encode_ecdsa_signature

from adapters.signing.keys.interface import KeyRefused, SecretRefused, longest_signature
from adapters.signing.schemes import DIGESTS, Scheme, scheme_of
from domain.errors import Refusal, Unavailable

# The session, or all that it knew, is gone: the token was restarted, pulled out and put back.
GONE = (
    told.SessionHandleInvalid, told.SessionClosed, told.UserNotLoggedIn, told.KeyHandleInvalid,
    told.ObjectHandleInvalid, told.DeviceRemoved, told.TokenNotPresent, told.DeviceError,
    told.GeneralError, told.FunctionFailed, told.SlotIDInvalid,
)  # fmt: skip
WRONG_PIN = (told.PinIncorrect, told.PinInvalid, told.PinLenRange)
RSA = {"sha256": Mechanism.SHA256_RSA_PKCS, "sha384": Mechanism.SHA384_RSA_PKCS,
       "sha512": Mechanism.SHA512_RSA_PKCS}  # fmt: skip
PSS = {
    digest: (
        getattr(Mechanism, f"{digest.upper()}_RSA_PKCS_PSS"),
        (getattr(Mechanism, digest.upper()), getattr(MGF, digest.upper()), salt),
    )
    for digest, salt in DIGESTS.items()
}


@dataclass(frozen=True)
class TokenPlace:
    """Where a key is: the library that speaks with the token, the token's label and, where two have
    the same, its serial; the key's CKA_ID."""

    library: str
    label: str
    serial: str = ""
    key_id: bytes = b""


@dataclass
class _Open:
    """The one session of this process with a token, and the PIN it was opened with."""

    session: pkcs11.Session
    pin: str = field(repr=False)


_open: dict[tuple[str, str, str], _Open] = {}
_libraries: set[str] = set()
_owners = {os.getpid()}


@dataclass(frozen=True)
class TokenKey:
    """A key that never leaves its token."""

    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(repr=False)
    place: TokenPlace
    _pin: str = field(repr=False)

    @cached_property
    def signature_bytes(self) -> int:
        return longest_signature(self.certificate)

    @cached_property
    def scheme(self) -> Scheme:
        return scheme_of(self.certificate)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Refuses: SecretRefused("token-pin-refused" | "token-pin-locked"); Unavailable
        ("token-absent" | "token-failed"); KeyRefused("token-no-key")."""
        try:
            return self._sign(open_session(self.place, self._pin), data, digest)
        except GONE:
            forget(self.place)
        except Unavailable:
            # A library that looked at its readers when it was loaded must look again.
            restart(self.place.library)
        try:
            return self._sign(open_session(self.place, self._pin), data, digest)
        except GONE as error:
            forget(self.place)
            raise Unavailable("token-failed", cause=type(error).__name__) from error

    def _sign(self, session: pkcs11.Session, data: bytes, digest: str) -> bytes:
        key = _key(session, self.place.key_id)
        # Keys of a qualified device want the PIN again for each signature.
        again = self._pin if _wants_pin(key) else None
        try:
            if self.scheme is Scheme.PSS:
                mechanism, parameters = PSS[digest]
                return key.sign(data, mechanism=mechanism, mechanism_param=parameters, pin=again)
            if self.scheme is Scheme.PKCS1:
                return key.sign(data, mechanism=RSA[digest], pin=again)
            # SoftHSM and many cards know only the mechanism that takes the digest itself.
            hashed = hashlib.new(digest, data).digest()
            return encode_ecdsa_signature(key.sign(hashed, mechanism=Mechanism.ECDSA, pin=again))
        except GONE:
            raise
        except told.PKCS11Error as error:
            raise _refusal(error) from error


def open_session(place: TokenPlace, pin: str) -> pkcs11.Session:
    """The session of this process with the token, logged in with this PIN; refuses as `sign`."""
    _forget_what_the_parent_had()
    known = _open.get(_token(place))
    if known is not None:
        if known.pin == pin:
            return known.session
        forget(place)
    try:
        session = find_token(place).open(user_pin=pin)
    except told.UserAlreadyLoggedIn:  # another session of this process is: with the same PIN
        session = find_token(place).open()
    except told.PKCS11Error as error:
        raise _refusal(error) from error
    _open[_token(place)] = _Open(session, pin)
    return session


def find_token(place: TokenPlace) -> pkcs11.Token:
    """The token itself; Unavailable("token-absent"), KeyRefused("token-ambiguous")."""
    wanted = {"token_label": place.label}
    if place.serial:
        wanted["token_serial"] = place.serial.encode()
    try:
        _libraries.add(place.library)
        return pkcs11.lib(place.library).get_token(**wanted)
    except told.MultipleTokensReturned:
        raise KeyRefused("token-ambiguous", field="token", label=place.label) from None
    except (told.PKCS11Error, RuntimeError) as error:
        raise Unavailable("token-absent", cause=type(error).__name__) from error


def forget(place: TokenPlace) -> None:
    """Ends the session with the token; the next signature opens another one."""
    known = _open.pop(_token(place), None)
    if known is not None:
        try:
            known.session.close()
        except told.PKCS11Error:
            return  # it was gone already


def restart(library: str) -> None:
    """Loads the library's view of its tokens anew; all sessions over it end."""
    for token in [each for each in _open if each[0] == library]:
        del _open[token]
    try:
        pkcs11.lib(library).reinitialize()
    except (told.PKCS11Error, RuntimeError) as error:
        raise Unavailable("token-absent", cause=type(error).__name__) from error


def _forget_what_the_parent_had() -> None:
    """After a fork nothing of the library holds; it must be loaded again."""
    if os.getpid() not in _owners:
        _owners.clear()
        _owners.add(os.getpid())
        _open.clear()
        for library in _libraries:
            restart(library)


def _token(place: TokenPlace) -> tuple[str, str, str]:
    return place.library, place.label, place.serial


def _key(session: pkcs11.Session, key_id: bytes) -> pkcs11.PrivateKey:
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: key_id}
    with _nothing_said():
        found = list(session.get_objects(wanted))
    if len(found) != 1:
        raise KeyRefused("token-no-key")
    return found[0]


@contextmanager
def _nothing_said() -> Iterator[None]:
    """A search that could not begin, since its session is gone, is ended once more when its object
    is thrown away; that this fails too would be printed on the terminal."""
    before = sys.unraisablehook

    def hook(failed) -> None:
        if not isinstance(failed.exc_value, told.PKCS11Error):
            before(failed)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _wants_pin(key: pkcs11.PrivateKey) -> bool:
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except told.PKCS11Error:
        return False


def _refusal(error: told.PKCS11Error) -> Refusal:
    if isinstance(error, WRONG_PIN):
        return SecretRefused("token-pin-refused", field="secret")
    if isinstance(error, told.PinLocked):
        return SecretRefused("token-pin-locked", field="secret")
    if isinstance(error, told.TokenNotPresent | told.TokenNotRecognised | told.DeviceRemoved):
        return Unavailable("token-absent", cause=type(error).__name__)
    return Unavailable("token-failed", cause=type(error).__name__)
