"""Fills an empty node with the demo province's agencies, units, people and directory."""

from datetime import date

from sqlalchemy import select

from adapters.signing.demo_ca import DemoCA, seal_image, signature_image
from adapters.typeset import font_bytes
from demo.province import DISTRICTS, HUB, DemoAgency, DemoNode, DemoPerson
from domain.roles import LEADERS, SYSTEM
from domain.text import fold
from models.agencies import Agency, HubLink, Person, Unit
from models.federation import NodeSite
from models.hub import DirectoryEntry
from models.signing import SigningRole
from services import accounts, signing
from services.exchange import links
from services.hub import accounts as hub_accounts
from services.office import Office
from services.preservation import renewing
from services.signing import trust
from services.unit_of_work import Work, transaction

SINCE = date(2024, 1, 1)


def seed_people(office: Office, node: DemoNode, password: str) -> bool:
    """Agencies, units, people and appointments of a node; False when there are some already."""
    with transaction(office, SYSTEM) as work:
        if work.session.scalar(select(Agency.id).limit(1)):
            return False
        for data in node.agencies:
            _agency(work, data, password)
        return True


def _agency(work: Work, data: DemoAgency, password: str) -> None:
    agency = Agency(
        code=data.code,
        name=data.name,
        notation=data.notation,
        superior_name=data.superior_name,
        authority=data.authority,
        place=data.place,
        copy_approvers=["deputy_leader", "chief_of_office"],
        created_at=work.now,
    )
    work.session.add(agency)
    work.session.flush()
    units = {}
    for position, unit in enumerate(data.units):
        units[unit.notation] = Unit(
            agency_id=agency.id, name=unit.name, notation=unit.notation, position=position
        )
    work.session.add_all(units.values())
    work.session.flush()
    for person in data.people:
        _appoint(work, agency, units[person.unit], person, password)


def _appoint(work: Work, agency: Agency, unit: Unit, data: DemoPerson, password: str) -> None:
    person = work.session.scalars(
        select(Person).where(Person.username == data.username)
    ).one_or_none()
    if person is None:
        person = accounts.create_person(work, data.username, data.full_name, password)
    accounts.appoint(work, person, agency.id, unit.id, data.role, data.title, SINCE)


def seed_directory(office: Office) -> None:
    """The province's directory: every agency of the demo (the hub's original; nodes sync it)."""
    with transaction(office, SYSTEM) as work:
        for node in (HUB, *DISTRICTS):
            for agency in node.agencies:
                work.session.add(
                    DirectoryEntry(
                        code=agency.code,
                        parent_code=agency.parent_code,
                        name=agency.name,
                        search_text=fold(f"{agency.code} {agency.name}"),
                    )
                )


def seed_hub_accounts(office: Office, secrets: dict[str, str]) -> None:
    """Accounts on the hub for the demo's agencies: `secrets` by agency code. Those that are there
    already keep their secret, so that it may be called at every start."""
    names = {agency.code: node.name for node in DISTRICTS for agency in node.agencies}
    with transaction(office, SYSTEM) as work:
        for code, secret in secrets.items():
            if hub_accounts.find(office, code) is None:
                hub_accounts.add(work, code, names.get(code, ""), secret)


def seed_hub_sites(office: Office, addresses: dict[str, str]) -> None:
    """Nodes for the hub to ask: addresses by the system id that signs. At a second start they may
    have moved."""
    names = {agency.code: node.name for node in DISTRICTS for agency in node.agencies}
    with transaction(office, SYSTEM) as work:
        for code, address in addresses.items():
            site = work.session.scalar(select(NodeSite).where(NodeSite.system_id == code))
            if site is None:
                site = NodeSite(system_id=code, name=names.get(code, ""), created_at=work.now)
                work.session.add(site)
            site.address = address


def move_hub_links(office: Office, endpoint: str) -> None:
    """The hub's address may have changed since last time; secrets may have too, and stay."""
    with transaction(office, SYSTEM) as work:
        for link in work.session.scalars(select(HubLink)):
            links.point(link, endpoint, link.system_id)
    links.ensure_polls(office)


def seed_hub_links(office: Office, endpoint: str, secrets: dict[str, str]) -> None:
    """Joins the node's agencies to the hub at `endpoint`, and lets them be polled."""
    with transaction(office, SYSTEM) as work:
        for agency in work.session.scalars(select(Agency)):
            if agency.code in secrets:
                links.set_link(work, agency.id, endpoint, agency.code, secrets[agency.code])
    links.ensure_polls(office)


def complete_what_waits(office: Office) -> None:
    """Signatures made while the time authority was away are completed at once, not by night."""
    with transaction(office, SYSTEM) as work:
        renewing.hurry(work, renewing.hopeful(office))


def seed_certificates(office: Office, node: DemoNode, ca: DemoCA, pin: str) -> None:
    """Trusts the demo authority; certificates and pictures for each leader and each agency's seal,
    all keys under the same PIN."""
    with transaction(office, SYSTEM) as work:
        trust.trust(work, ca.root_der)
        for data in node.agencies:
            _seal(work, data, ca, pin)
            for leader in data.people:
                if leader.role in LEADERS:
                    _leader(work, data, leader, ca, pin)


def _seal(work: Work, data: DemoAgency, ca: DemoCA, pin: str) -> None:
    agency = work.session.scalars(select(Agency).where(Agency.code == data.code)).one()
    p12 = ca.issue_agency(data.name, code=data.code, passphrase=pin, at=work.now)
    signing.bind_p12(work, SigningRole.SEAL, agency_id=agency.id, p12=p12, passphrase=pin, pin=pin)
    picture = seal_image(data.name, data.superior_name, font_bytes("Bold"))
    agency.seal_sha256 = work.store(picture, "image/png")


def _leader(work: Work, data: DemoAgency, leader: DemoPerson, ca: DemoCA, pin: str) -> None:
    person = work.session.scalars(select(Person).where(Person.username == leader.username)).one()
    p12 = ca.issue_person(
        leader.full_name, title=leader.title, organisation=data.name, passphrase=pin, at=work.now
    )
    signing.bind_p12(
        work, SigningRole.LEADER, person_id=person.id, p12=p12, passphrase=pin, pin=pin
    )
    person.signature_sha256 = work.store(signature_image(leader.full_name), "image/png")
