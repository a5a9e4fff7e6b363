"""What an administrator reads about a certificate before putting it to use."""

from dataclasses import dataclass

from adapters.signing.certificates import SIGNING_USAGES, CertificateFacts, read_facts
from adapters.signing.checkup import Checkup, look
from adapters.signing.keys import certificates_of
from domain.roles import Actor
from domain.text import fold
from models.signing import CertificateBinding, SigningRole
from services.office import Office
from services.signing import certificates, trust


@dataclass(frozen=True)
class Report:
    """`fits`: the name on it is that of the holder; `may_sign`: its key usage allows it."""

    binding: CertificateBinding
    holder: str
    facts: CertificateFacts
    checkup: Checkup
    fits: bool
    may_sign: bool


def report(office: Office, actor: Actor, binding_id: int) -> Report:
    """Raises NotFound, Forbidden("not-allowed")."""
    binding, holder = certificates.one(office, actor, binding_id)
    facts = read_facts(binding.certificate)
    others: list[bytes] = []
    if binding.key_sealed:  # of a person's own token there is the certificate alone
        _certificate, chain = certificates_of(binding.key_sealed)
        others = [each.dump() for each in chain]
    checkup = look(binding.certificate, others, trust.roots(office.session()))
    named = {fold(facts.subject_name), fold(facts.organisation)}
    if binding.role == SigningRole.LEADER:
        named = {fold(facts.subject_name)}
    usage = set(facts.key_usage)
    may_sign = not usage or bool(SIGNING_USAGES & usage)
    return Report(binding, holder, facts, checkup, fold(holder) in named, may_sign)
