"""The journey as people do it in their windows, step by step: Sơn Tịnh asks, Bình Sơn works."""

from collections.abc import Callable
from datetime import timedelta

from domain.dates import local_date
from services.office import utc_now
from tests.browser.clerk import Clerk

BODY = (
    "Ủy ban nhân dân huyện Sơn Tịnh đề nghị quý cơ quan báo cáo tình hình gửi, nhận văn bản "
    "điện tử trong quý IV năm 2026."
)
VALID = "Chữ ký hợp lệ"


class Journey:
    """One document's way. `person` opens the window of a user name."""

    def __init__(self, person: Callable[..., Clerk], pin: str, subject: str) -> None:
        self.person, self.pin, self.subject = person, pin, subject
        self.sent = ""  # the address of the document at the sender
        self.arrived = ""  # and at the recipient

    def at(self, username: str, address: str) -> Clerk:
        clerk = self.person(username)
        clerk.open(address)
        return clerk

    def draft(self) -> None:
        officer = self.at("st.chuyenvien", "/outgoing/new")
        officer.fill("Trích yếu", self.subject)
        officer.fill("Hạn trả lời", (local_date(utc_now()) + timedelta(days=20)).isoformat())
        officer.fill("Nội dung văn bản", BODY)
        officer.fill("Tìm theo mã hoặc tên", "binh son")
        if not officer.scripts:
            officer.press("Tìm", officer.page.locator("#noi-nhan"))
        officer.page.get_by_label("Ủy ban nhân dân huyện Bình Sơn").check()
        officer.press("Lưu và xem bản trình bày")
        officer.sees("Nơi nhận liên thông")
        self.sent = officer.address
        officer.fits()
        officer.press("Trình duyệt")
        officer.sees("Chờ trưởng đơn vị")

    def review(self) -> None:
        head = self.at("st.truongphong", self.sent)
        head.press("Đồng ý nội dung")
        chief = self.at("st.chanhvp", self.sent)
        chief.press("Đúng thể thức, trình ký")

    def approve(self) -> None:
        """The leader finds it on the first screen, sees its first page, signs with the PIN."""
        leader = self.at("st.chutich", "/")
        leader.page.get_by_role("link", name="Chờ tôi ký").first.click()
        leader.page.get_by_role("link", name=self.subject).click()
        picture = leader.page.locator(".viewer img").first
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
        leader.fill("Mã PIN ký số", self.pin)
        leader.press("Duyệt và ký số")
        self.follow(leader, "Đã ký, chờ cấp số")

    def issue(self) -> None:
        clerk = self.at("st.vanthu", self.sent)
        clerk.fill("Mã PIN con dấu", self.pin)
        clerk.press("Cấp số và đóng dấu")
        self.follow(clerk, "Đã phát hành, chờ gửi")
        clerk.press("Gửi liên thông")
        clerk.sees("Tình trạng từng nơi nhận")

    def follow(self, clerk: Clerk, state: str) -> None:
        """The page follows the job by itself; without scripts a link looks again."""
        again = clerk.page.get_by_role("link", name="Xem lại tình trạng")
        if not clerk.scripts and again.count():
            again.click()
            clerk.until_page_has(".job.done")
            clerk.page.get_by_role("link", name="Mở văn bản").first.click()
        clerk.sees(state)
        clerk.fits()

    def register(self) -> None:
        clerk = self.at("bs.vanthu", "/incoming/")
        found = clerk.page.get_by_role("link", name=self.subject)
        clerk.until(self.subject, lambda: found.count() > 0)
        found.click()
        self.arrived = clerk.address
        clerk.until_page_says(VALID)
        clerk.press("Tiếp nhận và trình")
        clerk.sees("Chờ chỉ đạo")

    def direct(self) -> None:
        leader = self.at("bs.chutich", self.arrived)
        leader.fill("Nội dung bút phê", "Giao Phòng Nội vụ tham mưu báo cáo.")
        leader.page.get_by_label("Phòng Nội vụ chủ trì").check()
        leader.page.get_by_label("Phòng Tài chính – Kế hoạch để biết").check()
        leader.fill("hoặc số ngày làm việc", "5")
        leader.press("Ghi bút phê và giao việc")
        leader.sees("Chỉ đạo và phân công")

    def work(self) -> None:
        head = self.at("bs.truongphong", "/assignments/?state=unit")
        giving = head.unfold("Giao việc", head.row(self.subject))
        giving.get_by_label("Người xử lý").select_option(label="Lê Quang Nhật · Chuyên viên")
        head.press("Giao việc", giving)
        head.sees("Đã giao tiếp" if head.scripts else "Đã giao người xử lý")
        officer = self.at("bs.chuyenvien", "/assignments/")
        officer.press("Bắt đầu", officer.row(self.subject))
        telling = officer.unfold("Hoàn thành", officer.row(self.subject))
        officer.fill("Kết quả xử lý", "Đã gửi báo cáo.", telling)
        officer.press("Báo cáo hoàn thành", telling)

    def seen_by_the_sender(self) -> None:
        clerk = self.at("st.vanthu", self.sent)
        for code in ("01", "03", "04", "05", "06"):
            clerk.until_page_says(rf"\b{code} [A-ZĐ]")
        clerk.fits()
