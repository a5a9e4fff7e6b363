"""By what the standing of a certificate is known: an OCSP answer or a revocation list, and its day.
Whether it holds is judged elsewhere; here it is only found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import crl, ocsp, x509


@dataclass(frozen=True)
class Told:
    """`at` is when the evidence was made, `since` when the certificate was revoked."""

    source: Literal["ocsp", "crl", ""] = ""
    at: datetime | None = None
    since: datetime | None = None


NOTHING_TOLD = Told()


def told_by(
    certificate: x509.Certificate, crls: Sequence, ocsps: Sequence[ocsp.OCSPResponse | bytes]
) -> Told:
    """The newest word about this certificate; nothing for what cannot be read."""
    found = [*_answers(certificate, ocsps), *_lists(certificate, crls)]
    return max(found, key=lambda each: each.at, default=NOTHING_TOLD)


def _answers(certificate: x509.Certificate, ocsps: Sequence) -> list[Told]:
    found = []
    for given in ocsps:
        try:
            answer = ocsp.OCSPResponse.load(given) if isinstance(given, bytes) else given
            for single in answer.response_data["responses"]:
                if single["cert_id"]["serial_number"].native != certificate.serial_number:
                    continue
                status = single["cert_status"]
                if status.name == "unknown":
                    continue
                revoked = status.name == "revoked"
                since = status.chosen["revocation_time"].native if revoked else None
                found.append(Told("ocsp", single["this_update"].native, since))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _lists(certificate: x509.Certificate, crls: Sequence) -> list[Told]:
    found = []
    for given in crls:
        try:
            listed = crl.CertificateList.load(given) if isinstance(given, bytes) else given
            if listed.issuer != certificate.issuer:
                continue
            body = listed["tbs_cert_list"]
            entries = body["revoked_certificates"] or ()
            since = next(
                (
                    each["revocation_date"].native
                    for each in entries
                    if each["user_certificate"].native == certificate.serial_number
                ),
                None,
            )
            found.append(Told("crl", body["this_update"].native, since))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found
