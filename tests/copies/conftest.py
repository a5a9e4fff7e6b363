"""A node whose agency can sign, and a scan of a paper document to be copied."""

import pytest

from domain.dates import read_day
from services import copies
from services.outgoing import Upload
from tests.conftest import PIN, drain
from tests.signing.conftest import typeset
from tests.signing_feature.conftest import journey, node

__all__ = ["journey", "node"]


@pytest.fixture(scope="session")
def scan() -> bytes:
    """As good as a scan: a page without a signature, nothing in its upper margin."""
    return typeset('#set page(paper: "a4", margin: 25mm)\n#lorem(80)')


class Desk:
    """Steps of the people of Sơn Tịnh on one copy, through the one door."""

    def __init__(self, app, office, actor, scan: bytes):
        self.app, self.office, self.actor, self.scan = app, office, actor, scan

    def asked(self, who="st.chuyenvien", signer="st.chanhvp", **changes) -> int:
        form = {
            "kind": "same",
            "medium": "electronic",
            "file": Upload("quét.pdf", self.scan),
            "original_reference": "15/QĐ-UBND",
            "original_date": read_day("2026-03-02"),
            "original_issuer": "Ủy ban nhân dân tỉnh",
            "original_subject": "Về việc phê duyệt kế hoạch năm 2026",
            "signer_id": str(self.actor(signer).appointment_id),
            "to_places": "Phòng Nội vụ\nPhòng Tài chính - Kế hoạch",
            "copies": 2,
        }
        return copies.create(self.office, self.actor(who), form | changes)

    def do(self, who: str, copy_id: int, action: str, **form):
        return copies.perform(self.office, self.actor(who), copy_id, action, form)

    def approved(self, **changes) -> int:
        copy_id = self.asked(**changes)
        signer = changes.get("signer", "st.chanhvp")
        self.do(signer, copy_id, "approve", digest=self.now(copy_id).input_sha256)
        return copy_id

    def issued(self, **changes):
        copy_id = self.approved(**changes)
        if changes.get("medium") == "paper":
            self.do("st.vanthu", copy_id, "print")
        else:
            self.do("st.vanthu", copy_id, "sign", pin=PIN)
            self.work()
        return self.now(copy_id)

    def work(self) -> None:
        drain(self.app, rounds=3, kinds={"sign_copy"})

    def now(self, copy_id: int):
        self.office.session().rollback()
        self.office.session().expire_all()
        return copies.load(self.office, self.actor("st.vanthu"), copy_id)


@pytest.fixture
def desk(node, office, actor, scan):
    return Desk(node, office, actor, scan)
