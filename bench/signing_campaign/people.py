"""The people of the campaign: they draft, approve and issue through the services, ask again where a
signature failed, and keep their own ledger of what they did."""

import json
import os
import random
from dataclasses import replace
from pathlib import Path

import typst
from sqlalchemy import select
from sqlalchemy.orm import joinedload

import migrations
from adapters.signing.demo_ca import DemoCA
from adapters.signing.keys import sealed
from app import create_app
from config import load_settings
from demo import province, seed
from demo.nodes import ROOT
from domain.batches import KINDS
from domain.outgoing_flow import OutgoingState as S
from domain.roles import Actor
from models.agencies import Appointment, Person
from models.batches import BatchItem, BatchItemState, SigningBatch
from models.exchange import OutboxItem, OutboxState
from models.outgoing import OutgoingDocument
from models.signing import SigningState
from services import batches, outgoing
from services.office import Office, utc_now
from services.outgoing import Upload
from services.outgoing.queries import last_request

PASSWORD = "mat-khau-cua-cuoc-thu"  # noqa: S105 a node that lives for minutes on this machine
PIN = "246810"
OPEN = 40  # documents under way at once
ENCLOSED, COSIGNED, ALONE = 0.12, 0.15, 0.15  # ALONE: decided by themselves, at once
GATHERED = (6, 20)  # so many others are waited for, then decided together
FEW = 2  # where nothing more can come; fewer are no batch
Desk = tuple[str, str]  # who decides what
STEPS = {S.AWAITING_LEADER: "approve", S.SIGNED: "issue", S.NUMBERED: "reseal"}


def annex(number: int) -> bytes:
    """A page to enclose or to copy."""
    source = f'#set page(paper: "a4", margin: 25mm)\nPhụ lục {number}\n\n#lorem(40)'
    return typst.compile(source.encode())


def environment(folder: Path) -> dict[str, str]:
    """What the processes of this node are started with."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("VANTHU_")}
    return kept | {
        "VANTHU_ROLE": "district",
        "VANTHU_NODE_NAME": "Cuộc thử ký",
        "VANTHU_SECRET_KEY": "s" * 40,
        "VANTHU_NODE_KEY": bytes(range(32)).hex(),
        "VANTHU_DATA_DIR": str(folder),
        "VANTHU_DATABASE_URL": f"sqlite:///{folder}/vanthu.db",
        "VANTHU_REDIS_URL": f"unix://{folder}/queue.sock",
        "VANTHU_ASSET_SOURCE": "local",
        "PYTHONPATH": str(ROOT),
    }


def prepare(folder: Path):
    """A district with one agency whose leaders and seal can sign."""
    sealed.SCRYPT_LOG2_N = 4  # a PIN's stretching is not what is tried here
    app = create_app(load_settings(environment(folder)))
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
    workers were woken for the same requests; `batches`: of how many documents each was."""

    def __init__(
        self,
        office: Office,
        folder: Path,
        chance: random.Random,
        at_once: int = OPEN,
        cosigned: float = COSIGNED,
    ) -> None:
        self.office, self._chance, self._at_once = office, chance, at_once
        self._cosigned = cosigned
        self.ledger = folder / "ledger.jsonl"
        self._open: set[int] = set()
        self._alone: set[int] = set()
        self._wanted: dict[Desk, int] = {}
        self.made, self.again, self.twice = 0, 0, 0
        self.batches: list[int] = []

    def work(self, new: bool) -> None:
        """One round: somebody drafts, somebody acts on whatever waits for a person."""
        if new and len(self._open) < self._at_once:
            self.draft()
        desks: dict[Desk, list[OutgoingDocument]] = {}
        for doc in self._free():
            if doc.state == S.ISSUED:
                self._open.discard(doc.id)
            elif action := STEPS.get(doc.state):
                desks.setdefault((self._asker(doc, action), action), []).append(doc)
        waiting = sum(map(len, desks.values()))
        may_come = waiting < len(self._open) or (new and len(self._open) < self._at_once)
        for desk, documents in desks.items():
            self._decide(desk, documents, may_come)

    @property
    def is_done(self) -> bool:
        unfinished = select(SigningBatch.id).where(SigningBatch.finished_at.is_(None))
        return not self._open and self.office.session().scalar(unfinished.limit(1)) is None

    @property
    def documents(self) -> list[int]:
        """Those that are under way."""
        return sorted(self._open)

    def draft(self) -> None:
        self.made += 1
        officer = self.actor("st.chuyenvien")
        leaders = [self.actor("st.chutich")]
        if self._chance.random() < self._cosigned:
            leaders.append(self.actor("st.phochutich"))
        form = {
            "type_name": "Công văn",
            "subject": f"Về việc thứ {self.made} của cuộc thử",
            "body": "Đề nghị các đơn vị báo cáo trước ngày 15 hàng tháng.",
            "recipients": (),
            "to_places": "Các đơn vị trong huyện",
            "addressees": "Các đơn vị trong huyện",
            "signer_id": str(leaders[0].appointment_id),
            "enclosures": [upload for upload in self._files() if self._chance.random() < ENCLOSED],
        }
        for number, each in enumerate(leaders[1:], 2):
            form[f"cosigner_{number}"] = str(each.appointment_id)
        made = outgoing.create(self.office, officer, form)
        for who, step in (("st.chuyenvien", "submit"), ("st.truongphong", "agree"),
                          ("st.chanhvp", "forward")):  # fmt: skip
            outgoing.perform(self.office, self.actor(who), made, step, {})
        self._open.add(made)
        if self._chance.random() < ALONE:
            self._alone.add(made)
        self.note(document=made, enclosures=len(form["enclosures"]), leaders=len(leaders))

    def note(self, **line: int) -> None:
        with self.ledger.open("a") as ledger:
            ledger.write(json.dumps(line) + "\n")

    def _files(self) -> list[Upload]:
        """A table, and a PDF that nobody signed yet."""
        table = f"stt;{self.made}\n".encode()
        return [Upload("so-lieu.csv", table), Upload("phu-luc.pdf", annex(self.made))]

    def _decide(self, desk: Desk, documents: list[OutgoingDocument], may_come: bool) -> None:
        """Most are gathered and decided together with one PIN, the others one by one."""
        who, action = desk
        alone = [doc for doc in documents if doc.id in self._alone or action == "reseal"]
        rest = [doc for doc in documents if doc not in alone]
        for doc in alone:
            self._act(doc.id, action)
        wanted = self._wanted.setdefault(desk, self._chance.randint(*GATHERED))
        if len(rest) < wanted and may_come:
            return
        del self._wanted[desk]
        if len(rest) >= FEW:
            self._batch(who, action, rest[:wanted])
            return
        for doc in rest:
            self._act(doc.id, action)

    def _batch(self, who: str, action: str, chosen: list[OutgoingDocument]) -> None:
        self.batches.append(len(chosen))
        file = KINDS[action].file
        form = {
            "docs": [f"{doc.id}:{getattr(doc, file)}" for doc in chosen],
            "issued_date": self.office.today().isoformat(),
            "pin": PIN,
            "unopened": "1",
        }
        batches.start(self.office, self.actor(who), action, form)

    def _act(self, document_id: int, action: str) -> None:
        doc = self._load(document_id)
        before = last_request(self.office, doc)
        self.again += before is not None and before.state == SigningState.FAILED
        form = {"pin": PIN, "digest": doc.to_sign_sha256}
        form["issued_date"] = self.office.today().isoformat()
        actor = self.actor(self._asker(doc, action))
        outgoing.perform(self.office, actor, document_id, action, form)
        if self._chance.random() < 1 / 3:  # both workers are woken for the same request
            self.twice += 1
            self._wake_all()

    def _asker(self, doc: OutgoingDocument, action: str) -> str:
        return doc.signer.person.username if action == "approve" else "st.vanthu"

    def _load(self, document_id: int) -> OutgoingDocument:
        return self.office.session().get_one(OutgoingDocument, document_id, populate_existing=True)

    def _wake_all(self) -> None:
        due = select(OutboxItem.id).where(
            OutboxItem.state == OutboxState.DUE, OutboxItem.queue == "signing"
        )
        for item in self.office.session().scalars(due).all():
            self.office.wake("signing", item)

    def _free(self) -> list[OutgoingDocument]:
        """Without those that wait for their turn in a batch."""
        session = self.office.session()
        session.rollback()
        waiting = select(BatchItem.document_id).where(BatchItem.state == BatchItemState.WAITING)
        query = select(OutgoingDocument).where(
            OutgoingDocument.id.in_(self.documents), OutgoingDocument.id.not_in(waiting)
        )
        query = query.options(joinedload(OutgoingDocument.signer).joinedload(Appointment.person))
        order = query.order_by(OutgoingDocument.id).execution_options(populate_existing=True)
        return list(session.scalars(order).all())

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
