"""`python -m bench.fanout`: one document to 1,000 recipients of a saved group, from the clerk's
press to the last delivery. A hub and a district node run as in the demo; the thousand recipients
are systems of their own, each with its account, called by a few threads of this process."""

import hashlib
import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from adapters.axis.client import AxisClient
from adapters.edxml.read import read_package
from app import create_app
from demo.nodes import RunningNode
from demo.running import Province
from demo.story import ASKING, Story, has_form
from demo.waiting import until
from domain.exchange_flow import TransportState
from domain.roles import SYSTEM
from domain.text import fold
from models.exchange import Dispatch, MessageKind
from models.files import StoredFile
from models.hub import Delivery, DirectoryEntry, HubMessage
from services.hub import accounts
from services.unit_of_work import transaction

RECIPIENTS = int(os.environ.get("FANOUT_RECIPIENTS", "1000"))
CALLERS = 4
ENCLOSED = 270_000  # bytes; in base64 and with the document itself about 500 KB a package
FIRST_PORT = 18800
PATIENCE = 120.0
LOOKS_IN = "000.77.0000.H48"


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="vanthu-fanout-"))
    province = Province(folder, FIRST_PORT, stamps=False)
    try:
        province.prepare()
        codes = [f"000.77.{n:04}.H48" for n in range(RECIPIENTS)]
        secrets = {code: f"bi-mat-cua-{code}-de-do" for code in codes}
        hub, sender = (opened(node) for node in (province.hub, province.districts[1]))
        enter(hub, secrets)
        enter(sender, secrets, with_accounts=False)
        province.start()
        report(measured(province, hub, sender, secrets))
    finally:
        province.stop()
        shutil.rmtree(folder, ignore_errors=True)


def opened(node: RunningNode):
    """A second look at the node's data, from this process; it wakes the node's workers as its web
    process does."""
    return create_app(node.settings())


def enter(app, secrets: dict[str, str], with_accounts: bool = True) -> None:
    """The recipients in the directory and, on the hub, their accounts."""
    office = app.extensions["office"]
    with app.app_context(), transaction(office, SYSTEM) as work:
        for code in secrets:
            name = f"Ủy ban nhân dân xã số {code[7:11]}"
            found_by = fold(f"{code} {name}")
            work.session.add(DirectoryEntry(code=code, name=name, search_text=found_by))
        work.session.flush()
        for code, secret in secrets.items() if with_accounts else ():
            accounts.add(work, code, "Hệ thống thử", secret)


def measured(province: Province, hub, sender, secrets: dict[str, str]) -> dict:
    story = Story(province)
    clerk = story.person("st.vanthu")
    address = prepared(story, "\n".join(secrets))
    started = time.monotonic()
    clerk.submit(clerk.open(address), "/dispatch")
    figures = {"pressed": time.monotonic() - started}
    count = select(func.count(Delivery.id)).where(Delivery.recipient_code.in_(secrets))
    until("hub", lambda: number(hub, count) == len(secrets), PATIENCE)
    figures["offered"] = time.monotonic() - started
    with ThreadPoolExecutor(CALLERS) as callers:
        fetch = callers.map(lambda pair: fetched(province, *pair), secrets.items())
        figures["bytes"] = set(fetch)
    figures["fetched"] = time.monotonic() - started
    there = Dispatch.transport_state == TransportState.DELIVERED
    known = select(func.count(Dispatch.id)).where(there)
    until("sender", lambda: number(sender, known) == len(secrets), PATIENCE)
    figures["known"] = time.monotonic() - started
    of_documents = HubMessage.kind == MessageKind.EDOC
    figures["messages"] = number(hub, select(func.count(HubMessage.id)).where(of_documents))
    figures["stored"] = number(hub, select(func.sum(StoredFile.size)))
    return figures


def prepared(story: Story, codes: str) -> str:
    """A document for the whole group, issued and ready to be dispatched."""
    clerk, officer = story.person("st.vanthu"), story.person("st.chuyenvien")
    page = clerk.open("/outgoing/groups/new")
    page = clerk.submit(page, "/groups/new", name="Mọi nơi nhận", codes=codes)
    group = page.url.rpartition("/")[2]
    fields = ASKING | {"addressees": "Ủy ban nhân dân các xã", "group": group}
    enclosed = {"enclosures": ("phu-luc.bin", os.urandom(ENCLOSED), "application/octet-stream")}
    page = officer.submit(officer.open("/outgoing/new"), "/outgoing/new", enclosed, **fields)
    address = page.url.removeprefix(str(officer.http.base_url))
    officer.submit(page, "/submit")
    for username, action in (("st.truongphong", "/agree"), ("st.chanhvp", "/forward")):
        story.person(username).submit(story.person(username).open(address), action)
    leader = story.person("st.chutich")
    leader.submit(leader.open(address), "/approve", pin=story.pin)
    until("ký số", lambda: has_form(clerk.open(address), "/issue"))
    clerk.submit(clerk.open(address), "/issue", pin=story.pin)
    until("đóng dấu", lambda: has_form(clerk.open(address), "/dispatch"))
    return address


def number(app, query) -> int:
    with app.app_context():
        session = app.extensions["office"].session()
        session.rollback()
        return session.scalar(query) or 0


def fetched(province: Province, code: str, secret: str) -> tuple[str, int]:
    """What a recipient's system asks of the hub: list, package, acknowledgement. Reading the
    package is its own affair: here one looks into it for all. Gives digest and size."""
    with AxisClient(f"{province.hub.url}/axis", code, secret) as axis:
        (item,) = axis.received_list()
        data = axis.get_edoc(item.doc_id)
        axis.update_status(item.doc_id, "done")
    if code == LOOKS_IN and len(read_package(data).recipients) != RECIPIENTS:
        raise SystemExit("the package does not name every recipient")
    return hashlib.sha256(data).hexdigest(), len(data)


def report(figures: dict) -> None:
    ((_digest, size),) = figures["bytes"]  # everyone got the same bytes
    print(f"\nGửi một văn bản cho {RECIPIENTS} nơi nhận, ngày {date.today():%d/%m/%Y}")  # noqa: DTZ011
    print(f"  văn thư bấm gửi, trang trả lời sau {figures['pressed']:.2f} s")
    print(f"  trục có đủ lượt giao sau {figures['offered']:.2f} s")
    print(f"  mọi nơi đã lấy và xác nhận sau {figures['fetched']:.2f} s")
    print(f"  nơi gửi biết mọi nơi đã nhận sau {figures['known']:.2f} s")
    print(
        f"  trục giữ {figures['messages']} gói {size / 1024:.0f} KB, "
        f"tổng {figures['stored'] / 1024:.0f} KB trong kho"
    )


if __name__ == "__main__":
    main()
