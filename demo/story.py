"""The journey itself: huyện Sơn Tịnh asks huyện Bình Sơn for a report and gets it. Eight chapters,
told by the people's own pages."""

import re
from datetime import timedelta

from adapters.signing.validate import validate_strict
from demo import proof
from demo.browser import Browser, Page, Refused
from demo.running import Province
from demo.waiting import until
from domain.dates import local, local_date
from domain.verdicts import Verdict
from services.office import utc_now

ASKING = {
    "type_name": "Công văn",
    "subject": "V/v báo cáo tình hình gửi, nhận văn bản điện tử quý IV năm 2026",
    "body": (
        "Thực hiện chỉ đạo của Ủy ban nhân dân tỉnh về gửi, nhận văn bản điện tử giữa các cơ quan "
        "nhà nước, Ủy ban nhân dân huyện Sơn Tịnh đề nghị quý cơ quan báo cáo tình hình gửi, nhận "
        "văn bản điện tử trong quý IV năm 2026.\nBáo cáo gửi về Ủy ban nhân dân huyện Sơn Tịnh "
        "trước ngày 15 tháng 12 năm 2026 để tổng hợp."
    ),
    "source": "form",
}
ANSWERING = {
    "type_name": "Báo cáo",
    "subject": "Tình hình gửi, nhận văn bản điện tử quý IV năm 2026",
    "body": (
        "Trong quý IV năm 2026, Ủy ban nhân dân huyện Bình Sơn đã gửi và nhận văn bản điện tử có "
        "ký số qua trục liên thông của tỉnh, không gửi kèm bản giấy.\nCác văn bản được tiếp nhận, "
        "xử lý và phản hồi trạng thái trong ngày."
    ),
    "source": "form",
}
ARCHIVE = "Tải bản lưu lâu dài"
SON_TINH, BINH_SON, BINH_MINH = "000.00.32.H48", "000.00.31.H48", "000.21.31.H48"


class Story:
    """Both districts, their people signed in when first needed."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.pin = province.secrets.pin
        self.people: dict[str, Browser] = {}

    def person(self, username: str) -> Browser:
        if username not in self.people:
            key = {"bs": "binhson", "st": "sontinh"}.get(username.split(".", maxsplit=1)[0], "hub")
            node = next(node for node in self.province.nodes if node.data.key == key)
            self.people[username] = Browser(node.url, username, self.province.secrets.password)
        return self.people[username]

    def tell(self) -> None:
        asked = self.draft("st", ASKING, (BINH_SON,))
        self.approve("st", asked)
        self.issue("st", asked)
        arrived = self.receive("bs.vanthu", ASKING["subject"])
        self.direct(arrived)
        self.work_begins()
        answered = self.draft("bs", ANSWERING, (SON_TINH, BINH_MINH), answers=arrived)
        self.approve("bs", answered)
        self.issue("bs", answered)
        self.receive("bs.bm.vanthu", ANSWERING["subject"])
        self.receive("st.vanthu", ANSWERING["subject"])
        self.complete()
        self.seen_by_the_sender(asked)
        if self.province.authority:
            self.kept_for_decades(asked)
        self.recorded()

    def draft(self, key: str, fields: dict, to: tuple, answers: str | None = None) -> str:
        """An officer drafts, the unit's head agrees, the chief of office submits."""
        officer = self.person(f"{key}.chuyenvien")
        if answers:
            page = officer.open(f"/outgoing/new?answers={answers.rsplit('/', 1)[-1]}")
        else:
            page = officer.open("/outgoing/new")
        due = (local_date(utc_now()) + timedelta(days=20)).isoformat()
        page = officer.submit(page, "/outgoing/new", recipients=to, due_date=due, **fields)
        address = page.url.removeprefix(str(officer.http.base_url))
        officer.submit(page, "/submit")
        head, chief = self.person(f"{key}.truongphong"), self.person(f"{key}.chanhvp")
        head.submit(head.open(address), "/agree")
        chief.submit(chief.open(address), "/forward")
        tell("Dự thảo", f"“{fields['subject']}” đã qua trưởng phòng và văn phòng, trình ký")
        return address

    def approve(self, key: str, address: str) -> None:
        """The leader finds it under "chờ tôi ký", reads the page images, approves with the PIN."""
        leader = self.person(f"{key}.chutich")
        listed = leader.open("/signing/")
        expect(address in listed.text, "văn bản không có trong danh sách chờ ký", listed)
        page = leader.open(address)
        picture = page.tree.xpath("//section[contains(@class,'viewer')]//img/@src")[0]
        expect(leader.download(picture)[8:12] == b"WEBP", "trang văn bản không phải ảnh", page)
        leader.submit(page, "/approve", pin=self.pin)
        clerk = self.person(f"{key}.vanthu")
        until("ký số", lambda: has_form(clerk.open(address), "/issue"))
        tell("Ký số", "lãnh đạo đã ký đúng bản đã xem")

    def issue(self, key: str, address: str) -> None:
        """The clerk gives number and date, the seal is applied, both signatures hold; dispatch."""
        clerk = self.person(f"{key}.vanthu")
        clerk.submit(clerk.open(address), "/issue", pin=self.pin)
        until("đóng dấu", lambda: has_form(clerk.open(address), "/dispatch"))
        page = clerk.open(address)
        reference = re.search(r"\b\d{2,}/[\w.-]+-[\w.-]+", page.words())
        self.check_signatures(clerk.download(page.link("Tải bản gốc")))
        clerk.submit(page, "/dispatch")
        tell("Phát hành", f"số {reference.group() if reference else '?'}; đã giao trục gửi đi")

    def check_signatures(self, pdf: bytes) -> None:
        report = validate_strict(pdf, [self.province.root])
        verdicts = [f"{s.field}: {s.verdict}" for s in report.signatures]
        expect(report.verdict == Verdict.VALID and len(verdicts) == 2, f"chữ ký: {verdicts}")
        tell("Chữ ký", f"pyHanko nghiêm ngặt: {', '.join(verdicts)}")
        said = proof.poppler(pdf)
        if said:
            expect(said.count("Signature is Valid") == 2, f"pdfsig: {said}")
            tell("Chữ ký", "pdfsig: cả hai chữ ký hợp lệ")
        if self.province.authority:
            stamped = [f"{s.field} {local(s.signed_at):%H:%M:%S}" for s in report.signatures]
            sources = {s.time_source for s in report.signatures}
            expect(sources == {"timestamp"}, f"thời điểm ký do: {sources}")
            tell("Dấu thời gian", f"PAdES B-T ngay khi ký: {', '.join(stamped)}")

    def receive(self, username: str, subject: str) -> str:
        """The document arrives by itself; the clerk registers it and submits it to the leader."""
        clerk = self.person(username)
        found = until("văn bản đến", lambda: find_link(clerk.open("/incoming/"), subject))
        address = found.removeprefix(str(clerk.http.base_url))
        page = until_checked(clerk, address)
        number = page.form("/register").fields["number"]
        clerk.submit(page, "/register")
        tell("Tiếp nhận", f"{username}: chữ ký hợp lệ, vào sổ số đến {number}, trình lãnh đạo")
        return address

    def direct(self, address: str) -> None:
        leader = self.person("bs.chutich")
        page = leader.open(address)
        lead = page.tree.xpath(
            "//table[contains(@class,'units')]//tr[contains(.,'Phòng Nội vụ')]//input[@name='lead']"
        )[0].get("value")
        inform = page.tree.xpath(
            "//table[contains(@class,'units')]//tr[contains(.,'Tài chính')]//input[@name='inform']"
        )[0].get("value")
        leader.submit(
            page, "/direct", text="Giao Phòng Nội vụ tham mưu báo cáo.", lead=lead, inform=inform,
            days="5", deadline="",
        )  # fmt: skip
        tell("Chỉ đạo", "Chủ tịch bút phê, giao Phòng Nội vụ chủ trì, 5 ngày làm việc")

    def work_begins(self) -> None:
        head = self.person("bs.truongphong")
        page = head.open("/assignments/?state=unit")
        officer = page.tree.xpath("//option[contains(.,'Lê Quang Nhật')]/@value")[0]
        head.submit(page, "/hand_on", person=officer, instruction="Soạn báo cáo.")
        worker = self.person("bs.chuyenvien")
        worker.submit(worker.open("/assignments/"), "/start")
        tell("Giao việc", "Trưởng phòng giao chuyên viên; chuyên viên bắt đầu")

    def complete(self) -> None:
        worker = self.person("bs.chuyenvien")
        worker.submit(worker.open("/assignments/"), "/complete", result="Đã gửi báo cáo.")
        tell("Hoàn thành", "chuyên viên báo cáo kết quả, văn bản đến khép lại")

    def seen_by_the_sender(self, address: str) -> None:
        """B sees every status of the recipient, and the reply beside the document it answers."""
        clerk = self.person("st.vanthu")
        codes = ("01", "03", "04", "05", "06")

        def all_seen() -> bool:
            shown = clerk.open(address).words()
            found = [re.search(rf"\b{code} [A-ZĐ]", shown) for code in codes]
            return all(found) and ANSWERING["subject"] in shown

        until("trạng thái 01, 03, 04, 05, 06", all_seen)
        tell("Theo dõi", f"bên gửi thấy đủ: đã gửi → {' → '.join(codes)}, và văn bản trả lời")

    def kept_for_decades(self, address: str) -> None:
        """The jobs have asked about revocation and made the archive form; the issued bytes stay."""
        clerk = self.person("st.vanthu")
        issued = clerk.download(clerk.open(address).link("Tải bản gốc"))
        link = until("bản lưu lâu dài", lambda: find_link(clerk.open(address), ARCHIVE))
        archive = clerk.download(link)
        expect(archive.startswith(issued), "bản lưu không bắt đầu bằng tệp đã phát hành")
        tell("Lưu lâu dài", "bản lưu tải về bắt đầu bằng đúng tệp đã phát hành; dấu thời gian lưu "
             f"trữ hạn {local(proof.stamp_ends(archive)):%d/%m/%Y}")  # fmt: skip
        if proof.names_who_to_ask(issued):
            self.not_revoked(clerk.open(address), archive)
        said = proof.poppler(archive)
        if said:
            valid = said.count("Signature is Valid")
            expect(valid >= 2 and "Invalid" not in said, f"pdfsig: {said}")
            tell("Lưu lâu dài", f"pdfsig: {valid} chữ ký của bản lưu hợp lệ")

    def not_revoked(self, page: Page, archive: bytes) -> None:
        expect("(B-LTA)" in page.words(), "trang văn bản không ghi mức B-LTA", page)
        ocsps, crls = proof.evidence_in(archive)
        expect(ocsps + crls > 0, "bản lưu không có bằng chứng thu hồi")
        said = proof.long_term(archive, self.province.root, utc_now())
        expect(len(said) == 2 and not any(said.values()), f"pyHanko, B-LTA: {said}")
        tell("Lưu lâu dài", f"{ocsps} OCSP và {crls} CRL trong bản lưu; pyHanko theo ETSI "
             f"EN 319 102-1: B-LTA đạt ở {', '.join(said)}")  # fmt: skip

    def recorded(self) -> None:
        """The audit chains of all nodes are whole; the hub lists what passed through it."""
        operator = self.person("hub.vanhanh")
        page = operator.open("/hub/messages")
        expect(ASKING["subject"] in page.words(), "trục không liệt kê gói tin", page)
        for node in self.province.nodes:
            faults = self.province.audit_faults(node)
            expect(not faults, f"chuỗi nhật ký của {node.data.name}: {faults}")
        tell("Nhật ký", "chuỗi nhật ký của trục và hai huyện nguyên vẹn")


def tell(step: str, proof: str) -> None:
    print(f"✓ {step:<13} {proof}", flush=True)


def expect(holds: bool, problem: str, page: Page | None = None) -> None:
    if not holds:
        raise Refused(f"{problem}\n{page.words()[:800] if page else ''}")


def has_form(page: Page, action: str) -> bool:
    return any((form.get("action") or "").endswith(action) for form in page.tree.forms)


def find_link(page: Page, text: str) -> str | None:
    try:
        return page.link(text)
    except Refused:
        return None


def until_checked(clerk: Browser, address: str) -> Page:
    """The page of an arrival once its signatures are checked and found valid."""
    return until("chữ ký được kiểm tra", lambda: checked(clerk.open(address)))


def checked(page: Page) -> Page | None:
    return page if "chữ ký hợp lệ" in page.words().lower() else None
