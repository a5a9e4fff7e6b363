"""The messages of the Cloud Signature Consortium's API in its versions 1.0.4 and 2, where they
differ: what a credential is said to be, what is sent to authorise and to sign; and what a service's
refusals mean to us."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asn1crypto import algos

from adapters.signing.keys.interface import KeyRefused, SecretRefused
from adapters.signing.schemes import Scheme, pss_parameters
from adapters.signing.schemes import mechanism as named
from domain.errors import Refusal, Unavailable

PASSING = {408, 425, 429}
RSA = "1.2.840.113549.1.1.1"


@dataclass(frozen=True)
class Credential:
    """A key at a service: its certificates, what its holder must give, and its bounds."""

    id: str
    certificate: bytes
    chain: tuple[bytes, ...]
    algorithms: tuple[str, ...]
    needs_pin: bool
    needs_otp: bool
    pins_hashes: bool  # SCAL 2: an authorisation is for the very hashes it names
    most: int  # signatures under one authorisation
    enabled: bool
    pin_id: str = "PIN"
    otp_id: str = "OTP"

    def facts(self) -> dict:
        """What the parameters of a binding keep of it."""
        return {
            "credential": self.id,
            "algorithms": list(self.algorithms),
            "needs_pin": self.needs_pin,
            "needs_otp": self.needs_otp,
            "pins_hashes": self.pins_hashes,
            "most": self.most,
            "pin_id": self.pin_id,
            "otp_id": self.otp_id,
        }


def info_request(credential_id: str) -> dict:
    return {
        "credentialID": credential_id, "certificates": "chain", "certInfo": True, "authInfo": True,
    }  # fmt: skip


def credential(credential_id: str, said: Mapping) -> Credential:
    """What `credentials/info` told; Unavailable("csc-away") when it makes no sense."""
    try:
        certificates = [base64.b64decode(each) for each in said["cert"]["certificates"]]
        algorithms = said["key"]["algo"]
        pin_id, otp_id = _guards(said)
        return Credential(
            id=credential_id,
            certificate=certificates[0],
            chain=tuple(certificates[1:]),
            algorithms=tuple([algorithms] if isinstance(algorithms, str) else algorithms),
            needs_pin=bool(pin_id),
            needs_otp=bool(otp_id),
            pins_hashes=str(said.get("SCAL", "1")) == "2",
            most=max(1, int(said.get("multisign", 1))),
            enabled=said["key"].get("status", "enabled") == "enabled",
            pin_id=pin_id or "PIN",
            otp_id=otp_id or "OTP",
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise Unavailable("csc-away", cause=type(error).__name__) from error


def _guards(said: Mapping) -> tuple[str, str]:
    """The names of what must be given, the lasting and the passing one; empty for none."""
    if "auth" not in said:  # version 1
        wanted = {"true", "required", "mandatory"}
        present = [
            str(said.get(name, {}).get("presence", "false")).lower() for name in ("PIN", "OTP")
        ]
        return "PIN" if present[0] in wanted else "", "OTP" if present[1] in wanted else ""
    objects = said["auth"].get("objects") or ()
    passing = [each["id"] for each in objects if each.get("generator") or "OTP" in each["id"]]
    lasting = [each["id"] for each in objects if each["id"] not in passing]
    return next(iter(lasting), ""), next(iter(passing), "")


def authorise_request(
    version: int, facts: Mapping, count: int, hashes: Sequence[str], given: Mapping[str, str]
) -> dict:
    """`given`: "pin" and "otp", those that are needed; `hashes` only where they must be named."""
    body: dict = {"credentialID": facts["credential"], "numSignatures": count}
    if version == 1:
        named = {"PIN": given.get("pin"), "OTP": given.get("otp")}
        body |= {name: value for name, value in named.items() if value}
        return body | ({"hash": list(hashes)} if hashes else {})
    named = {facts["pin_id"]: given.get("pin"), facts["otp_id"]: given.get("otp")}
    body["authData"] = [{"id": name, "value": value} for name, value in named.items() if value]
    if hashes:
        body |= {"hashes": list(hashes), "hashAlgorithmOID": oid_of("sha256")}
    return body


def sign_request(
    version: int, facts: Mapping, sad: str, hashes: Sequence[str], mechanism: tuple[str, Scheme]
) -> dict:
    """`mechanism`: the digest's name and how to sign with it."""
    digest, scheme = mechanism
    body = {"credentialID": facts["credential"], "SAD": sad}
    body["signAlgo"] = algorithm_for(facts, scheme, digest)
    if scheme is Scheme.PSS:
        body["signAlgoParams"] = base64.b64encode(pss_parameters(digest).dump()).decode()
    if version == 1:
        return body | {"hash": list(hashes), "hashAlgo": oid_of(digest)}
    return body | {
        "hashes": list(hashes), "hashAlgorithmOID": oid_of(digest), "operationMode": "S",
    }  # fmt: skip


def algorithm_for(facts: Mapping, scheme: Scheme, digest: str) -> str:
    """The object identifier to ask for: the one with the digest in it where the key knows it."""
    whole = named(scheme, digest)["algorithm"].dotted
    return RSA if scheme is Scheme.PKCS1 and whole not in facts["algorithms"] else whole


def signs_as_wanted(credential: Credential) -> bool:
    """Whether the key makes signatures that our documents can have: RSA in PKCS#1 v1.5 or in
    RSASSA-PSS, or ECDSA, with SHA-256."""
    return not credential.algorithms or bool({RSA, *_known()} & set(credential.algorithms))


def makes_only_pss(algorithms: Sequence[str]) -> bool:
    pkcs1 = {RSA, named(Scheme.PKCS1, "sha256")["algorithm"].dotted}
    pss = named(Scheme.PSS, "sha256")["algorithm"].dotted
    return pss in algorithms and not pkcs1 & set(algorithms)


def _known() -> set[str]:
    return {named(each, "sha256")["algorithm"].dotted for each in Scheme}


def oid_of(digest: str) -> str:
    return algos.DigestAlgorithmId(digest).dotted


def refusal_of(status: int, said: Mapping) -> Refusal:
    """What an answer other than 200 means: passing ("csc-away"), or final."""
    code, text = str(said.get("error", "")), str(said.get("error_description", ""))
    if status >= 500 or status in PASSING:
        return Unavailable("csc-away", cause=f"HTTP {status}")
    refusal = _named(f"{code} {text}".upper())
    if refusal is not None:
        return refusal
    if status == 401:
        return KeyRefused("csc-access-refused", field="access_secret")
    return KeyRefused("csc-refused", cause=(code or f"HTTP {status}")[:100])


def _named(words: str) -> Refusal | None:
    """What a service says is wrong with, as far as its words tell."""
    apart = words.replace("_", " ").replace(".", " ").split()
    if "NOT AUTHORIZED BY THE SAD" in words:
        return KeyRefused("csc-hash-other")
    if "OTP" in words:
        return KeyRefused("csc-otp-wrong", field="otp")
    if "PIN" in apart:
        return SecretRefused("csc-pin-refused", field="secret")
    return KeyRefused("csc-sad-expired") if "SAD" in apart else None
