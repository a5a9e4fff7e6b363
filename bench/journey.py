"""`make bench`: seconds from a leader's approval to the recipient's list (p50 of 20 documents), of
them those from the hub to the recipient, memory of an idle node, bytes of the first list page, SQL
statements of the heaviest page."""

import shutil
import sqlite3
import statistics
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

from bench import memory, pages
from demo.running import Province
from demo.story import ASKING, BINH_SON, Story, find_link, has_form
from demo.waiting import until

DOCUMENTS = 20
IDLE_SECONDS = 20
FIRST_PORT = 18700
POLL_SECONDS = 60  # as in an office: what is faster than that came by the call that waits


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="vanthu-bench-"))
    province = Province(folder, FIRST_PORT, stamps=False)
    for node in province.nodes:
        node.poll_seconds = POLL_SECONDS
    try:
        province.prepare()
        province.start()
        time.sleep(IDLE_SECONDS)
        idle = {n.data.name: memory.megabytes(n.pids()) for n in province.nodes}
        story = Story(province)
        seconds = [journey(story, number) for number in range(1, DOCUMENTS + 1)]
        report(story, province, idle, seconds)
    finally:
        province.stop()
        shutil.rmtree(folder, ignore_errors=True)


def journey(story: Story, number: int) -> float:
    """Drafts and submits one document, then times it from approval to the recipient's list; the
    clerk acts as soon as the page allows it."""
    subject = f"V/v đo thời gian gửi văn bản lần {number}"
    address = story.draft("st", ASKING | {"subject": subject}, (BINH_SON,))
    leader, clerk = story.person("st.chutich"), story.person("st.vanthu")
    recipient = story.person("bs.vanthu")
    page = leader.open(address)
    started = time.monotonic()
    leader.submit(page, "/approve", pin=story.pin)
    until("ký số", lambda: has_form(clerk.open(address), "/issue"))
    clerk.submit(clerk.open(address), "/issue", pin=story.pin)
    until("đóng dấu", lambda: has_form(clerk.open(address), "/dispatch"))
    clerk.submit(clerk.open(address), "/dispatch")
    until("văn bản đến", lambda: find_link(recipient.open("/incoming/"), subject))
    return time.monotonic() - started


def hub_to_recipient(province: Province) -> list[float]:
    """Seconds from the hub's acceptance to the recipient's own record, document by document."""
    accepted = _times(province.hub, "hub_message WHERE kind = 'edoc'")
    arrived = {}
    for node in province.districts:
        arrived |= _times(node, "exchange_message WHERE direction = 'in' AND kind = 'edoc'")
    both = accepted.keys() & arrived.keys()
    return sorted((arrived[uid] - accepted[uid]).total_seconds() for uid in both)


def _times(node, rows: str) -> dict[str, datetime]:
    connection = sqlite3.connect(node.folder / "vanthu.db")
    try:
        found = connection.execute(f"SELECT document_uid, created_at FROM {rows}")  # noqa: S608
        return {uid: datetime.fromisoformat(at) for uid, at in found}
    finally:
        connection.close()


def report(story: Story, province: Province, idle: dict, seconds: list[float]) -> None:
    district = province.districts[0]
    documents = [
        "/",
        "/incoming/",
        "/incoming/1",
        "/registers/incoming",
        "/exchange/",
        "/search/?q=do",
    ]
    counts = pages.statements(district, "bs.vanthu", province.secrets.password, documents)
    heaviest = max(counts, key=counts.get)
    size, requests = pages.first_visit(story.person("bs.vanthu"), "/incoming/")
    ordered = sorted(seconds)
    print(f"\nSố đo ngày {date.today():%d/%m/%Y} (2 nhân, một máy, hai huyện và trục cùng chạy)")  # noqa: DTZ011
    print(
        f"  duyệt → danh sách nơi nhận, {len(seconds)} văn bản: p50 "
        f"{statistics.median(ordered):.2f} s, p95 {ordered[int(len(ordered) * 0.95) - 1]:.2f} s"
    )
    waits = hub_to_recipient(province)
    print(
        f"  trục nhận → nơi nhận có (thăm dò {POLL_SECONDS} s), {len(waits)} văn bản: p50 "
        f"{statistics.median(waits):.2f} s, lâu nhất {waits[-1]:.2f} s"
    )
    for name, megabytes in idle.items():
        print(f"  bộ nhớ lúc rỗi, {name}: {megabytes:.0f} MB")
    print(f"  trang danh sách lần đầu: {size / 1024:.1f} KB nén, {requests} yêu cầu")
    print(f"  trang nặng SQL nhất: {heaviest} với {counts[heaviest]} câu; tất cả: {counts}")


if __name__ == "__main__":
    main()
