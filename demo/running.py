"""A running province: prepares each node's data folder once, starts all processes, stops them."""

from dataclasses import dataclass, field
from pathlib import Path

import migrations
from adapters.signing.demo_ca import DemoCA
from app import create_app
from demo import seed
from demo.nodes import RunningNode, free_port
from demo.province import DISTRICTS, HUB
from demo.running_authority import RunningAuthority, certificate_authority
from demo.secrets import DemoSecrets, load_secrets
from services import audit_chain

FIRST_PORT = 8000


def _nobody(_queue: str, _item_id: int) -> None:
    """Nothing runs yet that could be woken; the sweeper finds what is due."""


@dataclass
class Province:
    """A hub and two district nodes on this machine, data under `folder`; with `stamps` also an
    authority for time stamps and revocation, which the districts ask."""

    folder: Path
    first_port: int = FIRST_PORT
    stamps: bool = True
    secrets: DemoSecrets = field(init=False)
    hub: RunningNode = field(init=False)
    districts: list[RunningNode] = field(init=False)
    authority: RunningAuthority | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.secrets = load_secrets(self.folder)
        port = free_port(self.first_port)
        self.hub = self._node(HUB, "hub", port)
        self.districts = []
        for data in DISTRICTS:
            port = free_port(port + 1)
            self.districts.append(self._node(data, "district", port))
        if self.stamps:
            self.authority = RunningAuthority(self.folder, free_port(port + 1))
            for node in self.districts:
                node.more = self.authority.environment()

    @property
    def nodes(self) -> list[RunningNode]:
        return [self.hub, *self.districts]

    def _node(self, data, role: str, port: int) -> RunningNode:
        return RunningNode(
            data=data,
            role=role,
            folder=self.folder / data.key,
            port=port,
            secret_key=self.secrets.secret_keys[data.key],
            node_key=self.secrets.node_keys[data.key],
        )

    def prepare(self) -> None:
        """Migrates every database; fills those that are empty. A second start keeps the data."""
        ca = certificate_authority(self.folder)
        for node in self.nodes:
            app = create_app(node.settings(), wake=_nobody)
            migrations.upgrade(app)
            with app.app_context():
                office = app.extensions["office"]
                fresh = seed.seed_people(office, node.data, self.secrets.password)
                if node is self.hub:
                    self._prepare_hub(office, fresh)
                else:
                    self._prepare_district(office, node, ca, fresh)

    def _prepare_hub(self, office, fresh: bool) -> None:
        if fresh:
            seed.seed_directory(office)
            seed.seed_hub_accounts(office, self.secrets.hub_secrets)
        seed.seed_hub_sites(office, {n.data.agencies[0].code: n.url for n in self.districts})

    def _prepare_district(self, office, node: RunningNode, ca: DemoCA, fresh: bool) -> None:
        if fresh:
            seed.seed_directory(office)
            seed.seed_certificates(office, node.data, ca, self.secrets.pin)
            seed.seed_hub_links(office, f"{self.hub.url}/axis", self.secrets.hub_secrets)
        else:
            seed.move_hub_links(office, f"{self.hub.url}/axis")
            if self.authority:
                seed.complete_what_waits(office)

    @property
    def root(self) -> bytes:
        """The certificate that everybody here trusts."""
        return certificate_authority(self.folder).root_der

    def audit_faults(self, node: RunningNode) -> list:
        """What is wrong with the audit chain of a node; nothing, as it should be."""
        app = create_app(node.settings(), wake=_nobody)
        with app.app_context():
            return list(audit_chain.verify(app.extensions["office"].session()))

    def start(self, authority_away: bool = False) -> None:
        """With `authority_away` nobody answers where the nodes ask for time stamps."""
        if self.authority and not authority_away:
            self.authority.start()
            self.authority.wait_until_ready()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_until_ready()

    def stop(self) -> None:
        for node in self.nodes:
            node.end()
        for node in self.nodes:
            node.stop()
        if self.authority:
            self.authority.stop()
