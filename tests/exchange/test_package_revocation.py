"""Whether the certificate behind a package's signature was revoked: asked after the package has
come, and shown with the time of the answer."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from adapters.edxml.signing import Signer
from adapters.signing.demo_ca import ADDRESS
from demo.authority import AuthorityServer, DemoAuthority
from models.audit import AuditEntry, Notification
from models.exchange import OutboxState
from services.exchange import reading
from services.office import utc_now
from tests.conftest import PASSWORD, SessionCA
from tests.edxml.signing_keys import ROOT_DER, SIGNER, pem
from tests.exchange.conftest import BINH_SON, SON_TINH, arrivals, items
from tests.exchange.test_bad_packages import package, put_at_hub, received
from tests.visitor import Visitor

CHECK = {"check_package"}


@cache
def telling_ca() -> SessionCA:
    return SessionCA(tells=True)


@cache
def sealer(tells: bool = True) -> tuple[Signer, x509.Certificate]:
    ca = telling_ca() if tells else SessionCA()
    facts = {"code": SON_TINH, "passphrase": "x", "at": utc_now() - timedelta(days=1)}
    p12 = ca.issue_agency("Ủy ban nhân dân huyện Sơn Tịnh", **facts)
    key, certificate, _ = pkcs12.load_key_and_certificates(p12, b"x")
    return Signer.from_pem(pem(key, certificate)), certificate


@pytest.fixture
def authority(world, monkeypatch):
    """Answers about those whom the node trusts."""
    authority = DemoAuthority(telling_ca()._ca, world.a.clock)
    server = AuthorityServer(authority).start()
    monkeypatch.setattr(reading.trust, "roots", lambda session: [telling_ca().root_der])
    answered_at(world, server.url)
    yield authority
    server.stop()


def answered_at(world, url: str) -> None:
    sources = f"{ADDRESS}={url}" if url else ""
    settings = replace(world.a.office.settings, revocation_sources=sources)
    object.__setattr__(world.a.office, "settings", settings)


def arrive(world, signer=None) -> dict:
    put_at_hub(world, package(signer=signer or sealer()[0]))
    world.a.poll()
    return evidence(world)


def check(world) -> dict:
    world.a.work(CHECK)
    return evidence(world)


def evidence(world) -> dict:
    return received(world)[-1].evidence


def page(world) -> str:
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    (document,) = arrivals(world.a, BINH_SON)
    return clerk.get(f"/incoming/{document.id}").text


def test_the_package_is_taken_first_and_its_certificate_asked_about_afterwards(world, authority):
    assert arrive(world)["revocation"] == "unknown"
    assert "Chưa rõ chứng thư có bị thu hồi" in page(world)
    found = check(world)
    assert (found["revocation"], found["revocation_source"]) == ("good", "ocsp")
    assert "Chứng thư còn hiệu lực, theo OCSP lúc" in page(world)
    assert [each.state for each in items(world.a, "check_package")] == [OutboxState.DONE]


def test_a_revoked_certificate_is_told_to_the_clerks_and_on_the_page(world, authority):
    authority.revoked[sealer()[1].serial_number] = utc_now() - timedelta(hours=1)
    arrive(world)
    assert check(world)["revocation"] == "revoked"
    shown = page(world)
    assert "Chứng thư đã bị thu hồi từ" in shown
    assert '<p class="flash bad">Chữ ký XML' in shown
    told = world.a.all(Notification, Notification.kind == "exchange:certificate_revoked")
    (document,) = arrivals(world.a, BINH_SON)
    assert {(each.subject_type, each.subject_id) for each in told} == {
        ("incoming_document", document.id)
    }
    tags = [each.tag for each in world.a.all(AuditEntry)]
    assert tags.count("exchange:certificate_checked") == 1


def test_what_was_revoked_after_the_package_came_does_not_speak_against_it(world, authority):
    arrive(world)
    authority.revoked[sealer()[1].serial_number] = utc_now() + timedelta(hours=1)
    world.a.wait(hours=2)
    assert check(world)["revoked_after"] is True
    shown = page(world)
    assert "sau khi gói tin đến" in shown
    assert '<p class="hint">Chữ ký XML' in shown
    assert not world.a.all(Notification, Notification.kind == "exchange:certificate_revoked")


def test_a_silent_authority_is_asked_again_for_some_days_and_then_left_alone(world, authority):
    url = world.a.office.settings.revocation_sources.partition("=")[2]
    answered_at(world, "http://127.0.0.1:9")
    arrive(world)
    for _ in range(6):
        check(world)
        world.a.wait(minutes=20)
    (item,) = items(world.a, "check_package")
    assert item.state == OutboxState.DUE
    assert item.due_at > world.a.clock() + timedelta(minutes=30)  # by night
    assert evidence(world)["revocation"] == "unknown"
    answered_at(world, url)
    world.a.wait(days=1)
    assert check(world)["revocation"] == "good"


def test_a_job_that_never_finds_out_ends_without_troubling_anybody(world, authority):
    answered_at(world, "http://127.0.0.1:9")
    arrive(world)
    for _ in range(9):
        check(world)
        world.a.wait(days=1)
    (item,) = items(world.a, "check_package")
    assert item.state == OutboxState.DONE
    assert "Chưa rõ chứng thư có bị thu hồi" in page(world)


def test_nobody_is_asked_about_a_signer_under_no_trusted_root(world, authority):
    assert arrive(world, SIGNER)["is_trusted"] is False
    assert items(world.a, "check_package") == []
    assert "chưa thể tin chữ ký này" in page(world)


def test_a_certificate_that_names_nobody_to_ask_is_told_as_such(world, monkeypatch):
    monkeypatch.setattr(reading.trust, "roots", lambda session: [ROOT_DER])
    arrive(world, SIGNER)
    assert check(world)["revocation"] == "nobody-to-ask"
    assert "không nêu nơi để hỏi" in page(world)
    assert [each.state for each in items(world.a, "check_package")] == [OutboxState.DONE]


def test_an_answer_signed_by_somebody_else_is_none(world, authority, monkeypatch):
    other = DemoAuthority(SessionCA()._ca, world.a.clock)
    monkeypatch.setattr(authority, "ocsp", other.ocsp)
    monkeypatch.setattr(authority, "crl", other.crl)
    arrive(world)
    assert check(world)["revocation"] == "unknown"
