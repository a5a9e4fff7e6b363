"""The dated table of algorithms (domain/algorithms.py) applied to a signature and, as pyHanko's
policy, to every certificate, time stamp and revocation answer behind it."""

from collections.abc import Iterable
from datetime import date, datetime

from asn1crypto import algos, cms, keys, x509
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint

from domain import algorithms
from domain.algorithms import Grade

INDEFINITE = 0x80  # the length octet of BER that DER forbids (X.690, 8.1.3.6)


class DatedAlgorithms(CMSAlgorithmUsagePolicy):
    """What the table does not refuse on one day; pyHanko's own idea of the moment is a claim."""

    def __init__(self, on: datetime | date) -> None:
        self._on = on.date() if isinstance(on, datetime) else on

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        return self._answer(algorithms.of_digest(algo["algorithm"].native).grade(self._on))

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        grades = [_of_digest_in(algo, self._on)]
        if public_key is not None:
            grades.append(of_key(public_key, self._on))
        return self._answer(algorithms.worse(grades))

    @staticmethod
    def _answer(grade: Grade) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(allowed=grade is not Grade.REFUSED)


def grades(
    signer_info: cms.SignerInfo, certificate: x509.Certificate, on: datetime | date
) -> dict[str, Grade]:
    """How digest and key of a signature stand on a day."""
    day = on.date() if isinstance(on, datetime) else on
    digest = algorithms.of_digest(signer_info["digest_algorithm"]["algorithm"].native).grade(day)
    also = _of_digest_in(signer_info["signature_algorithm"], day)
    return {
        "digest": algorithms.worse([digest, also]),
        "key": of_key(certificate.public_key, day),
    }


def grades_of(
    digests: Iterable[str], certificate: x509.Certificate, on: datetime
) -> dict[str, Grade]:
    """The same for digests by their names."""
    found = [algorithms.of_digest(each).grade(on.date()) for each in digests]
    return {"digest": algorithms.worse(found), "key": of_key(certificate.public_key, on.date())}


def of_key(public_key: keys.PublicKeyInfo, on: date) -> Grade:
    return algorithms.of_key(key_kind(public_key), public_key.bit_size).grade(on)


def key_kind(public_key: keys.PublicKeyInfo) -> str:
    return "rsa" if public_key.algorithm.startswith("rsa") else public_key.algorithm


def described(public_key: keys.PublicKeyInfo) -> str:
    return f"{key_kind(public_key).upper()} {public_key.bit_size}"


def is_ber(content: bytes) -> bool:
    return len(content) > 1 and content[1] == INDEFINITE


def _of_digest_in(algo: algos.SignedDigestAlgorithm, on: date) -> Grade:
    """The digest that the signature algorithm names; plain RSA names none."""
    try:
        return algorithms.of_digest(algo.hash_algo).grade(on)
    except ValueError:
        return Grade.SOUND
