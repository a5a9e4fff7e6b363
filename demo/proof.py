"""What judges that are not ours say of an issued file and of its archive form: pyHanko's reading by
the standard, and poppler where it is installed."""

import asyncio
import shutil
import subprocess
import tempfile
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import KeyUsageConstraints
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import (
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    NonRevokedStatusAssertion,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from adapters.signing.trust import load_roots


def long_term(pdf: bytes, root: bytes, at: datetime) -> dict[str, str]:
    """By signature field: "" where it passes as PAdES B-LTA, else the reason."""
    return {
        name: "" if result.ades_subindic == AdESPassed.OK else result.failure_msg or "?"
        for name, result in judged_long_term(pdf, root, at).items()
    }


def judged_long_term(pdf: bytes, root: bytes, at: datetime) -> dict[str, AdESLTAValidationResult]:
    """By signature field, how pyHanko judges it as PAdES B-LTA (ETSI EN 319 102-1, 5.6.3).
    Revocation must be proven by what lies in the file itself."""
    reader = PdfFileReader(BytesIO(pdf))
    # The newest stamp's authority vouches for itself until the next one.
    newest = reader.embedded_timestamp_signatures[-1].signer_cert.sha256
    spec = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(load_roots([root])),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature"}),
        local_knowledge=LocalKnowledge(
            nonrevoked_assertions=[NonRevokedStatusAssertion(newest, at=at)]
        ),
    )
    timing = ValidationTimingInfo(at, at, point_in_time_validation=True)
    return {
        signature.field_name: asyncio.run(
            ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing)
        )
        for signature in reader.embedded_regular_signatures
    }


def names_who_to_ask(pdf: bytes) -> bool:
    """Whether all its signers' certificates say where their revocation can be asked for: those that
    an older version of the demonstration made do not."""
    signatures = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
    return all(signature.signer_cert.ocsp_urls for signature in signatures)


def stamp_ends(pdf: bytes) -> datetime:
    """When the certificate of its newest document time stamp ends."""
    stamps = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures
    return stamps[-1].signer_cert.not_valid_after


def evidence_in(pdf: bytes) -> tuple[int, int]:
    """(OCSP answers, revocation lists) that the file itself carries."""
    store = PdfFileReader(BytesIO(pdf)).root["/DSS"]
    return len(store.get("/OCSPs", ())), len(store.get("/CRLs", ()))


def poppler(pdf: bytes) -> str:
    """What pdfsig says; empty where it is not installed."""
    program = shutil.which("pdfsig")
    if not program:
        return ""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(  # noqa: S603 our own file
            [program, "-nocert", file.name], capture_output=True, check=False
        )
    return done.stdout.decode()
