"""The archive form of an issued PDF and the chain of proof beside a received one, over years."""

import hashlib
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import algos, tsp
from pyhanko.sign.ades.report import AdESPassed

from adapters.signing.archive import Proofs, extend
from adapters.signing.chain import Manifest, Step, prove
from adapters.signing.demo_ca import DemoCA
from adapters.signing.evidence import Collected, collect
from adapters.signing.holders import holders, holders_of_token
from adapters.signing.sign import issue, sign_leader
from adapters.signing.timestamps import certificates_in, check, imprint
from adapters.signing.validate import validate
from demo.authority import DemoAuthority
from demo.proof import judged_long_term
from domain.verdicts import Verdict
from tests.signing.conftest import PASSPHRASE, opened
from tests.signing.test_evidence import Asked

YEAR = timedelta(days=365)
# pyHanko's own judge takes the machine's clock for what has no other proof: all of it lies behind.
START = datetime(2010, 1, 5, 8, tzinfo=UTC)
BEFORE = START - YEAR / 12


class World:
    """A telling authority, a signer under it, and a clock for all of them."""

    def __init__(self, prepared: bytes, picture: bytes) -> None:
        self.now = START
        self.ca = DemoCA.create("Gốc lưu lâu dài", BEFORE, tells=True)
        self.roots = [self.ca.root_der]
        self.authority = DemoAuthority(self.ca, lambda: self.now)
        person = {"title": "Chủ tịch", "organisation": "UBND xã", "passphrase": PASSPHRASE}
        self.leader = opened(self.ca.issue_person("Đặng Ánh", at=BEFORE, **person))
        agency = self.ca.issue_agency("UBND xã", code="X", passphrase=PASSPHRASE, at=BEFORE)
        self.seal = opened(agency)
        self.signed = sign_leader(
            prepared, self.leader, picture, signer_name="Ánh", at=START, stamp=self.token
        )

    def token(self, signature_value: bytes) -> bytes:
        """The time stamp of a signature (B-T)."""
        return self.stamp(imprint(signature_value)).token

    def stamp(self, digest: bytes):
        """As `obtain`, without a network."""
        answered = self.authority.stamp(query(digest))
        token = tsp.TimeStampResp.load(answered)["time_stamp_token"].dump()
        return check(token, digest, self.roots, self.now)

    def collected(self, found) -> Collected:
        return collect(found, self.roots, self.now, Asked(self.authority))


def query(digest: bytes) -> bytes:
    algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    imprinted = tsp.MessageImprint({"hash_algorithm": algorithm, "hashed_message": digest})
    return tsp.TimeStampReq({"version": 1, "message_imprint": imprinted, "cert_req": True}).dump()


@pytest.fixture(scope="module")
def world(prepared, signature_png):
    return World(prepared, signature_png)


@pytest.fixture(scope="module")
def sealed(world, issuing):
    world.now = START + timedelta(hours=1)
    return issue(world.signed, world.seal, stamp=world.token, **issuing | {"at": world.now})


def proofs(collected: Collected) -> Proofs:
    return Proofs(
        tuple(collected.certificates.values()),
        tuple(collected.ocsps.values()),
        tuple(collected.crls.values()),
    )


@pytest.fixture(scope="module")
def forms(world, sealed):
    """The issued file and its archive forms: (bytes, at) made at once and carried on three times in
    fifteen years."""
    world.now = START + timedelta(hours=2)
    made, stamp = extend(sealed, proofs(world.collected(holders(sealed))), world.stamp)
    found = [(made, world.now)]
    for _ in range(3):
        world.now += YEAR * 4.7
        about = world.collected(holders_of_token(certificates_in(stamp.token)))
        assert about.standing == "good"
        world.authority.renew()
        made, stamp = extend(made, proofs(about), world.stamp)
        found.append((made, world.now))
    return found


def test_archive_forms_begin_with_the_issued_bytes_and_with_each_other(sealed, forms):
    before = sealed
    for made, _ in forms:
        assert made.startswith(before)
        assert len(made) > len(before)
        before = made


@pytest.mark.parametrize("field", ["Leader", "Seal"])
def test_pyhanko_passes_every_archive_form_as_long_term_with_the_same_time(forms, world, field):
    for made, at in (forms[0], forms[-1]):
        result = judged_long_term(made, world.ca.root_der, at + timedelta(minutes=10))[field]
        assert result.ades_subindic == AdESPassed.OK, (result.failure_msg, at)
        assert result.oldest_evidence_record_timestamp == START + timedelta(hours=2)


def test_poppler_still_finds_both_signatures_valid_and_the_seal_unbroken(forms, tmp_path):
    path = tmp_path / "archive.pdf"
    path.write_bytes(forms[-1][0])
    said = subprocess.run(
        ["pdfsig", "-nocert", path], check=True, capture_output=True, text=True
    ).stdout
    assert said.count("Signature is Valid") >= 2, said
    assert "Invalid" not in said


@pytest.mark.parametrize("last", [0, 1, 3], ids=["one stamp", "two nested", "four nested"])
def test_document_time_stamps_are_judged_and_prove_when_the_document_was_signed(forms, world, last):
    """A received file may bring its own archive form: each stamp is judged, an older one by the
    next that closes over it, and the signatures are dated by the first."""
    made, at = forms[last]
    found = validate(made, world.roots, at + timedelta(days=1)).signatures
    stamps = [each for each in found if each.purpose == "timestamp"]
    signatures = [each for each in found if each.purpose != "timestamp"]
    assert [each.verdict for each in stamps] == [Verdict.VALID] * (last + 1)
    assert [each.signed_at for each in stamps] == [moment for _, moment in forms[: last + 1]]
    assert [each.verdict for each in signatures] == [Verdict.VALID] * 2
    assert {each.time_source for each in signatures} == {"timestamp"}


def test_a_document_stamp_that_ended_with_none_over_it_proves_nothing(forms, world):
    """As for the chain beside a file (ETSI EN 319 102-1, 5.6.3): pyHanko says the same."""
    (made, at), (renewed, _) = forms[:2]
    late = at + YEAR * 5.5
    found = validate(made, world.roots, late).signatures
    assert [each.verdict for each in found] == [Verdict.UNTRUSTED] * 3
    told = {each.field: set(each.details) for each in found}
    assert "timestamp-ended" in told["ArchiveStamp1"]
    assert {"timestamp-ended", "expired-without-timestamp"} <= told["Leader"] & told["Seal"]
    judged = judged_long_term(made, world.ca.root_der, late)
    assert all(each.ades_subindic != AdESPassed.OK for each in judged.values())
    carried_on = validate(renewed, world.roots, late)
    assert carried_on.verdict is Verdict.VALID
    assert not any("timestamp-ended" in each.details for each in carried_on.signatures)


def test_a_document_changed_after_its_stamp_or_under_it_is_told(forms, world):
    made, at = forms[1]
    middle = len(forms[0][0]) - 5000
    harmed = made[:middle] + bytes([made[middle] ^ 1]) + made[middle + 1 :]
    found = validate(harmed, world.roots, at + timedelta(days=1)).signatures
    stamps = [each for each in found if each.purpose == "timestamp"]
    assert {each.verdict for each in stamps} & {Verdict.MODIFIED, Verdict.BROKEN}


@dataclass
class Beside:
    """What is kept beside a file: the steps of its chain, and evidence by its SHA-256."""

    file: str
    steps: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)

    def add(self, world, collected: Collected) -> None:
        self.kept |= collected.certificates | collected.ocsps | collected.crls
        last = self.steps[-1] if self.steps else None
        manifest = Manifest(
            self.file, world.now, tuple(collected.certificates), tuple(collected.ocsps),
            tuple(collected.crls), sha(last.manifest) if last else "",
            sha(last.stamp) if last else "",
        ).to_bytes()  # fmt: skip
        self.steps.append(Step(manifest, world.stamp(imprint(manifest)).token))

    def prove(self, world, at, steps=None):
        return prove(self.file, steps or self.steps, world.roots, at, self.kept.__getitem__)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def beside(world, sealed):
    """The chain beside the issued file, made two hours after and renewed three times."""
    world.now = START + timedelta(hours=2)
    world.authority.renew()
    chain = Beside(sha(sealed))
    chain.add(world, world.collected(holders(sealed)))
    for _ in range(3):
        world.now += YEAR * 4.7
        token = certificates_in(chain.steps[-1].stamp)
        about = world.collected(holders_of_token(token))
        world.authority.renew()
        chain.add(world, about)
    return chain


def test_a_chain_renewed_in_time_proves_the_first_day_fifteen_years_later(world, beside):
    first = START + timedelta(hours=2)
    proof = beside.prove(world, world.now + YEAR)
    assert (proof.at, proof.problem, len(proof.stamps)) == (first, "", 4)
    # Without its renewals the first stamp proves the same until its certificate ends, then nothing.
    assert beside.prove(world, first + YEAR * 4, beside.steps[:1]).at == first
    late = beside.prove(world, first + YEAR * 6, beside.steps[:1])
    assert (late.at, late.problem) == (None, "tsa-untrusted")


def test_a_chain_that_lost_a_link_or_was_altered_proves_nothing(world, beside):
    first, second, third, last = beside.steps
    altered = Step(second.manifest.replace(b'"crls":[]', b'"crls":["x"]'), second.stamp)
    broken = {
        "manifest-not-linked": [first, third, last],
        "manifest-broken": [first, Step(b"{}", second.stamp), third, last],
    }
    for problem, steps in broken.items():
        assert beside.prove(world, world.now, steps).problem == problem
    for step in (altered, Step(second.manifest, first.stamp)):
        assert beside.prove(world, world.now, [first, step]).problem == "tsa-other-imprint"
    elsewhere = prove("0" * 64, beside.steps, world.roots, world.now, beside.kept.__getitem__)
    assert elsewhere.problem == "manifest-other-file"


def test_an_authority_whose_certificate_was_revoked_in_time_proves_nothing(world, sealed):
    world.now = START + timedelta(hours=2)
    world.authority.renew()
    chain = Beside(sha(sealed))
    chain.add(world, world.collected(holders(sealed)))
    token = certificates_in(chain.steps[-1].stamp)
    world.authority.revoked[world.authority.stamp_certificate.serial_number] = world.now
    world.now += YEAR
    about = world.collected(holders_of_token(token))
    assert about.standing == "revoked"
    world.authority.renew()
    chain.add(world, about)
    proof = chain.prove(world, world.now)
    # Only the newer stamp still says something, of its own time.
    assert (proof.at, proof.problem) == (world.now, "tsa-untrusted")
