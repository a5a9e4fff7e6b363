"""Evidence of revocation: what is asked, what counts, what is left unknown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.signing.demo_ca import CRL_URL, OCSP_URL, DemoCA
from adapters.signing.evidence import collect
from adapters.signing.holders import Holder, holders, pack, unpack
from adapters.signing.outside import NotAnswered
from demo.authority import DemoAuthority
from tests.signing.conftest import AT, CREATED, PASSPHRASE

DER = serialization.Encoding.DER


@pytest.fixture(scope="module")
def telling() -> DemoCA:
    return DemoCA.create("Gốc có thu hồi", CREATED, tells=True)


@pytest.fixture(scope="module")
def certificate(telling):
    p12 = telling.issue_agency("UBND xã Bình Minh", code="X", passphrase=PASSPHRASE, at=CREATED)
    return pkcs12.load_key_and_certificates(p12, PASSPHRASE.encode())[1]


class Asked:
    """Answers from an authority at hand; `away` are addresses that do not answer."""

    def __init__(self, authority: DemoAuthority, away: tuple[str, ...] = ()) -> None:
        self.authority, self.away = authority, away
        self.asked, self.kept = [], []

    def ask(self, question) -> bytes:
        self.asked.append(question.url)
        if question.url in self.away:
            raise NotAnswered("slow")
        answer = self.authority.ocsp if question.kind == "ocsp" else self.authority.crl
        return answer(question.body or b"")

    def keep(self, question, answer, until) -> None:
        self.kept.append((question.kind, until))


@pytest.fixture
def authority(telling) -> DemoAuthority:
    return DemoAuthority(telling, lambda: AT)


def found(certificate, telling, answers, now=AT):
    holder = Holder(certificate.public_bytes(DER))
    collected = collect([holder], [telling.root_der], now, answers)
    (finding,) = collected.findings.values()
    return collected, finding


def test_an_ocsp_answer_is_enough_and_is_kept_with_the_way_to_the_root(
    certificate, telling, authority
):
    answers = Asked(authority)
    collected, finding = found(certificate, telling, answers)
    assert (finding.standing, finding.source, finding.at) == ("good", "ocsp", AT)
    assert (len(collected.certificates), len(collected.ocsps), len(collected.crls)) == (2, 1, 0)
    assert answers.kept == [("ocsp", AT + timedelta(hours=1))]
    assert answers.asked == [OCSP_URL]


def test_a_list_is_asked_for_when_ocsp_is_away_or_does_not_know(certificate, telling, authority):
    collected, finding = found(certificate, telling, Asked(authority, away=(OCSP_URL,)))
    assert (finding.standing, finding.source) == ("good", "crl")
    authority.unknown.add(certificate.serial_number)
    collected, finding = found(certificate, telling, Asked(authority))
    assert (finding.standing, finding.source) == ("good", "crl")
    # The answer that knew nothing is no evidence.
    assert (len(collected.ocsps), len(collected.crls)) == (0, 1)


def test_an_unknown_certificate_and_a_silent_authority_leave_it_unknown(
    certificate, telling, authority
):
    authority.unknown.add(certificate.serial_number)
    silent = {"away": (CRL_URL,)}, {"away": (CRL_URL, OCSP_URL)}
    for away in silent:
        collected, finding = found(certificate, telling, Asked(authority, **away))
        assert finding.standing == collected.standing == "unknown"
        assert collected.awaited


def test_of_a_certificate_that_names_nobody_to_ask_no_answer_is_awaited(telling, authority):
    ca = replace(telling, tells=False)
    p12 = ca.issue_agency("UBND xã Bình Minh", code="X", passphrase=PASSPHRASE, at=CREATED)
    quiet = pkcs12.load_key_and_certificates(p12, PASSPHRASE.encode())[1]
    collected, finding = found(quiet, telling, Asked(authority))
    assert (finding.standing, collected.awaited) == ("unknown", False)


@pytest.mark.parametrize("away", [(), (OCSP_URL,)])
def test_revocation_is_told_with_its_day(certificate, telling, authority, away):
    day = AT - timedelta(days=3)
    authority.revoked[certificate.serial_number] = day
    collected, finding = found(certificate, telling, Asked(authority, away))
    assert (finding.standing, finding.since) == ("revoked", day)
    assert collected.standing == "revoked"
    assert len(collected.ocsps) + len(collected.crls) == 1


def test_stale_answers_and_answers_of_others_count_for_nothing(certificate, telling, authority):
    authority.clock = lambda: AT - timedelta(days=30)
    _, finding = found(certificate, telling, Asked(authority))
    assert finding.standing == "unknown"
    other = DemoAuthority(DemoCA.create("Gốc khác", CREATED), lambda: AT)
    _, finding = found(certificate, telling, Asked(other))
    assert finding.standing == "unknown"


def test_who_leads_to_no_trusted_root_or_has_ended_is_not_even_asked_about(
    certificate, telling, authority
):
    answers = Asked(authority)
    stranger = DemoCA.create("Gốc khác", CREATED)
    collected = collect([Holder(certificate.public_bytes(DER))], [stranger.root_der], AT, answers)
    assert collected.standing == "unknown"
    found(certificate, telling, answers, AT + timedelta(days=365 * 6))
    assert answers.asked == []


def test_the_signers_of_a_file_are_found_once_each(issued, person, agency):
    signers = holders(issued)
    expected = {person.certificate.dump(), agency.certificate.dump()}
    assert {each.certificate for each in signers} == expected
    assert unpack(pack(signers)) == signers
