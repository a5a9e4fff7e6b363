"""The people of the campaign: they draft, approve and issue through the services, ask again where a
signature failed, and keep their own ledger of what they did."""

import json
import random
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

import migrations
from adapters.signing.demo_ca import DemoCA
from adapters.signing.keys import sealed
from app import create_app
from config import NodeRole, Settings
from demo import province, seed
from domain.outgoing_flow import OutgoingState as S
from domain.roles import Actor
from models.agencies import Appointment, Person
from models.exchange import OutboxItem, OutboxState
from models.outgoing import OutgoingDocument
from services import outgoing
from services.office import Office, utc_now
from services.outgoing import Upload

PASSWORD = "mat-khau-cua-cuoc-thu"  # noqa: S105 a node that lives for minutes on this machine
PIN = "246810"
OPEN = 30  # documents under way at once
ENCLOSED = 0.3
STEPS = {S.AWAITING_LEADER: "approve", S.SIGNED: "issue", S.NUMBERED: "reseal"}


def prepare(folder: Path, node_key: bytes):
    """A district with one agency whose leaders and seal can sign."""
    sealed.SCRYPT_LOG2_N = 4  # a PIN's stretching is not what is tried here
    settings = Settings(
        role=NodeRole.DISTRICT,
        node_name="Cuộc thử ký",
        secret_key="s" * 40,
        node_key=node_key,
        data_dir=folder,
        database_url=f"sqlite:///{folder}/vanthu.db",
        redis_url=f"unix://{folder}/queue.sock",
        asset_source="local",
    )
    app = create_app(settings)
    migrations.upgrade(app)
    data = replace(province.SON_TINH, agencies=province.SON_TINH.agencies[:1])
    with app.app_context():
        office = app.extensions["office"]
        seed.seed_people(office, data, PASSWORD)
        ca = DemoCA.create("CA của cuộc thử", utc_now())
        seed.seed_certificates(office, data, ca, PIN)
        (folder / "root.der").write_bytes(ca.root_der)
    return app


class People:
    """`made`: documents; `again`: how often somebody had to ask anew; `twice`: how often both
    workers were woken for the same requests."""

    def __init__(
        self, office: Office, folder: Path, chance: random.Random, at_once: int = OPEN
    ) -> None:
        self.office, self._chance, self._at_once = office, chance, at_once
        self._ledger = folder / "ledger.jsonl"
        self._open: set[int] = set()
        self.made, self.again, self.twice = 0, 0, 0

    def work(self, new: bool) -> None:
        """One round: somebody drafts, somebody acts on whatever waits for a person."""
        if new and len(self._open) < self._at_once:
            self.draft()
        for document_id, state in self._states():
            if state == S.ISSUED:
                self._open.discard(document_id)
            elif action := STEPS.get(state):
                self._act(document_id, action)

    @property
    def is_done(self) -> bool:
        return not self._open

    @property
    def documents(self) -> list[int]:
        """Those that are under way."""
        return sorted(self._open)

    def draft(self) -> None:
        self.made += 1
        officer, leader = self.actor("st.chuyenvien"), self.actor("st.chutich")
        form = {
            "type_name": "Công văn",
            "subject": f"Về việc thứ {self.made} của cuộc thử",
            "body": "Đề nghị các đơn vị báo cáo trước ngày 15 hàng tháng.",
            "recipients": (),
            "to_places": "Các đơn vị trong huyện",
            "addressees": "Các đơn vị trong huyện",
            "signer_id": str(leader.appointment_id),
        }
        if self._chance.random() < ENCLOSED:
            form["enclosures"] = [Upload("so-lieu.csv", f"stt;{self.made}\n".encode())]
        made = outgoing.create(self.office, officer, form)
        for who, step in (("st.chuyenvien", "submit"), ("st.truongphong", "agree"),
                          ("st.chanhvp", "forward")):  # fmt: skip
            outgoing.perform(self.office, self.actor(who), made, step, {})
        self._open.add(made)
        with self._ledger.open("a") as ledger:
            enclosed = len(form.get("enclosures", ()))
            ledger.write(json.dumps({"document": made, "enclosures": enclosed}) + "\n")

    def _act(self, document_id: int, action: str) -> None:
        doc = self.office.session().get_one(OutgoingDocument, document_id, populate_existing=True)
        form = {"pin": PIN, "digest": doc.prepared_sha256}
        form["issued_date"] = self.office.today().isoformat()
        asked_before = doc.approved_at if action == "approve" else action == "reseal"
        self.again += bool(asked_before)
        who = "st.chutich" if action == "approve" else "st.vanthu"
        outgoing.perform(self.office, self.actor(who), document_id, action, form)
        if self._chance.random() < 1 / 3:  # both workers are woken for the same request
            self.twice += 1
            self._wake_all()

    def _wake_all(self) -> None:
        due = select(OutboxItem.id).where(
            OutboxItem.state == OutboxState.DUE, OutboxItem.kind == "sign"
        )
        for item in self.office.session().scalars(due).all():
            self.office.wake("signing", item)

    def _states(self) -> list[tuple[int, S]]:
        session = self.office.session()
        session.rollback()
        query = select(OutgoingDocument.id, OutgoingDocument.state)
        rows = session.execute(query.where(OutgoingDocument.id.in_(self.documents)))
        return [(document_id, state) for document_id, state in rows]

    def actor(self, username: str) -> Actor:
        query = select(Appointment).join(Person).where(Person.username == username)
        found = self.office.session().scalars(query).first()
        return Actor(
            name=found.person.full_name,
            person_id=found.person_id,
            appointment_id=found.id,
            agency_id=found.agency_id,
            unit_id=found.unit_id,
            role=found.role,
            position=found.title,
            agency_name=found.agency.name,
            unit_name=found.unit.name,
        )
