"""Signing and verifying: certificates and PINs, requests to sign, jobs that sign and inspect."""

from services.signing.bindings import bind_p12
from services.signing.certificates import bind_certificate, revoke
from services.signing.pins import PinProof, Typed, change_pin, check_pin, send_otp
from services.signing.proving import prove
from services.signing.requests import forget_expired, request_leader, request_seal
from services.signing.trust import add_root
from services.signing.verification import inspect_incoming, judge_again, signatures_of, verify_file

# These know the outgoing documents, whose steps call the functions above.
from services.signing.desk import Desk, desk, request_of  # isort: skip
from services.signing.execution import sign, warm_up  # isort: skip

__all__ = [
    "Desk",
    "PinProof",
    "Typed",
    "add_root",
    "bind_certificate",
    "bind_p12",
    "change_pin",
    "check_pin",
    "desk",
    "forget_expired",
    "inspect_incoming",
    "judge_again",
    "prove",
    "request_leader",
    "request_of",
    "request_seal",
    "revoke",
    "send_otp",
    "sign",
    "signatures_of",
    "verify_file",
    "warm_up",
]
