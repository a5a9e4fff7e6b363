"""Certified copies in the campaign: asked for, approved, numbered and signed while workers die."""

from sqlalchemy import select

from bench.signing_campaign.people import PIN, People, annex
from domain.copy_flow import CopyState as S
from models.copies import CertifiedCopy
from services import copies
from services.outgoing import Upload

OPEN = 3  # copies under way at once
SHARE = 0.3  # of the documents: so many copies are asked for
ON_PAPER = 0.2
STEPS = {
    S.REQUESTED: ("st.chanhvp", "approve"),
    S.APPROVED: ("st.vanthu", "sign"),
    S.NUMBERED: ("st.vanthu", "sign_again"),
}


class Copying:
    """Copies of scans, on paper now and then: all of a year have one series of numbers."""

    def __init__(self, people: People, draw, at_once: int = OPEN) -> None:
        self._people, self._draw, self._at_once = people, draw, at_once
        self._open: set[int] = set()
        self.made = 0

    def work(self, new: bool) -> None:
        due = self.made < SHARE * self._people.made
        if new and due and len(self._open) < self._at_once:
            self._ask()
        session = self._people.office.session()
        session.rollback()
        query = select(CertifiedCopy).where(CertifiedCopy.id.in_(self._open))
        for copy in session.scalars(query.execution_options(populate_existing=True)).all():
            if copy.state == S.ISSUED:
                self._open.discard(copy.id)
            elif copy.state in STEPS:
                self._act(copy)

    @property
    def is_done(self) -> bool:
        return not self._open

    def _ask(self) -> None:
        self.made += 1
        on_paper = self._draw() < ON_PAPER
        form = {
            "kind": "same",
            "medium": "paper" if on_paper else "electronic",
            "file": Upload("quet.pdf", annex(1000 + self.made)),
            "original_reference": f"{self.made}/QĐ-UBND",
            "original_issuer": "Ủy ban nhân dân tỉnh",
            "original_subject": "Về việc phê duyệt kế hoạch",
            "signer_id": str(self._people.actor("st.chanhvp").appointment_id),
            "to_places": "Phòng Nội vụ",
            "copies": 2,
        }
        officer = self._people.actor("st.chuyenvien")
        made = copies.create(self._people.office, officer, form)
        self._open.add(made)
        self._people.note(copy=made, on_paper=on_paper)

    def _act(self, copy: CertifiedCopy) -> None:
        who, action = STEPS[copy.state]
        if action == "sign" and copy.medium == "paper":
            action = "print"
        form = {"pin": PIN, "digest": copy.input_sha256}
        self._people.again += action == "sign_again"
        actor = self._people.actor(who)
        copies.perform(self._people.office, actor, copy.id, action, form)
