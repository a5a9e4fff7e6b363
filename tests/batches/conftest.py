"""A node whose leaders and agencies can sign, with several documents that wait for the leader."""

import pytest

from services import batches, outgoing
from tests.conftest import PIN, drain
from tests.signing_feature.conftest import DRAFT, Journey, node  # noqa: F401  a fixture


class Desk(Journey):
    """What the people of Sơn Tịnh do with many documents at once."""

    def waiting(self, count: int) -> list:
        return [self.submitted_as(f"Về việc kiểm tra lần {n}") for n in range(1, count + 1)]

    def submitted_as(self, subject: str):
        officer = self.actor("st.chuyenvien")
        form = DRAFT | {"signer_id": str(self.leader.appointment_id), "subject": subject}
        form |= {"recipients": "000.21.32.H48"}  # an agency of this node
        document_id = outgoing.create(self.office, officer, form)
        outgoing.perform(self.office, officer, document_id, "submit", {})
        outgoing.perform(self.office, self.actor("st.truongphong"), document_id, "agree", {})
        return outgoing.perform(self.office, self.actor("st.chanhvp"), document_id, "forward", {})

    def sign_all(self, documents, **form) -> int:
        docs = [f"{doc.id}:{doc.prepared_sha256}" for doc in documents]
        form = {"docs": docs, "pin": PIN, "unopened": "1"} | form
        return batches.start(self.office, self.leader, "approve", form)

    def issue_all(self, documents, **form) -> int:
        docs = [f"{doc.id}:{doc.signed_sha256}" for doc in documents]
        today = self.office.today().isoformat()
        form = {"docs": docs, "pin": PIN, "issued_date": today} | form
        return batches.start(self.office, self.clerk, "issue", form)

    def work(self, rounds=60, kinds=("sign", "batch")):
        drain(self.app, rounds=rounds, kinds=set(kinds))
        self.look_anew()

    def outcomes(self, batch_id: int, actor=None) -> list[str]:
        self.look_anew()
        found = batches.progress(self.office, actor or self.leader, batch_id)
        return [line.outcome for line in found.lines]


@pytest.fixture
def desk(node, office, actor):  # noqa: F811
    return Desk(node, office, actor)
