"""A node whose leaders and agencies can sign, and a document brought to where signing begins."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from demo import province
from models.outgoing import OutgoingDocument
from services import outgoing
from tests.conftest import PIN, drain, make_node

DRAFT = {
    "type_name": "Công văn",
    "subject": "Về việc báo cáo kết quả chuyển đổi số quý IV",
    "body": "Ủy ban nhân dân huyện đề nghị các đơn vị báo cáo trước ngày 15 hàng tháng.",
    "recipients": "000.00.31.H48",
}


@pytest.fixture
def node(tmp_path, database):
    first, _, commune, _ = province.SON_TINH.agencies
    data = replace(province.SON_TINH, agencies=(first, commune))
    app = make_node(tmp_path / "sontinh", data, certificates=True)
    with app.app_context():
        yield app


class Journey:
    """Steps of the people of Sơn Tịnh on one document, through the one door."""

    def __init__(self, app, office, actor):
        self.app, self.office, self.actor = app, office, actor
        self.leader, self.clerk = actor("st.chutich"), actor("st.vanthu")

    def submitted(self) -> OutgoingDocument:
        officer = self.actor("st.chuyenvien")
        form = DRAFT | {"signer_id": str(self.leader.appointment_id)}
        document_id = outgoing.create(self.office, officer, form)
        outgoing.perform(self.office, officer, document_id, "submit", {})
        outgoing.perform(self.office, self.actor("st.truongphong"), document_id, "agree", {})
        return outgoing.perform(self.office, self.actor("st.chanhvp"), document_id, "forward", {})

    def approve(self, doc, pin=PIN, digest=None):
        form = {"pin": pin, "digest": digest or doc.prepared_sha256}
        return outgoing.perform(self.office, self.leader, doc.id, "approve", form)

    def issue(self, doc, pin=PIN):
        form = {"pin": pin, "issued_date": self.office.today().isoformat()}
        return outgoing.perform(self.office, self.clerk, doc.id, "issue", form)

    def work(self, rounds=3):
        drain(self.app, rounds=rounds, kinds={"sign", "inspect"})

    def now(self, document_id) -> OutgoingDocument:
        """The document as the database has it."""
        query = select(OutgoingDocument).where(OutgoingDocument.id == document_id)
        self.look_anew()
        return self.office.session().scalars(query).one()

    def look_anew(self) -> None:
        """What workers wrote meanwhile becomes visible to the test's own session."""
        self.office.session().rollback()
        self.office.session().expire_all()

    def signed(self):
        doc = self.submitted()
        self.approve(doc)
        self.work()
        return self.now(doc.id)

    def issued(self):
        doc = self.signed()
        self.issue(doc)
        self.work()
        return self.now(doc.id)

    def later(self, **gone) -> None:
        """The clock of the node goes on by so much."""
        clock, ahead = self.office.clock, timedelta(**gone)
        object.__setattr__(self.office, "clock", lambda: clock() + ahead)


@pytest.fixture
def journey(node, office, actor):
    return Journey(node, office, actor)
