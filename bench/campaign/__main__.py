"""`make campaign`: the storm, the calm, the audit, the report. MINUTES, DOCUMENTS and FAULTS may be
set; the same SEED makes the same choices."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, or_, select

from bench.campaign.faults import Storm
from bench.campaign.load import Load
from bench.campaign.nodes import Country
from demo.nodes import ROOT
from extensions import db
from models.exchange import Dispatch, OutboxItem
from models.hub import Delivery
from models.receipts import ReceiptKey
from services.exchange import receipts

AUDITOR = Path(__file__).with_name("audit.py")
REPORT = ROOT / "docs" / "campaign.md"
SETTLE_SECONDS = 1800
SAMPLE = 40


def setting(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


def main() -> int:
    minutes, documents = setting("MINUTES", 8), setting("DOCUMENTS", 2000)
    faults, seed = setting("FAULTS", 300), setting("SEED", int(time.time()) % 1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="vanthu-campaign-"))
    print(f"SEED={seed}", flush=True)
    country = Country(folder, random.Random(seed))  # noqa: S311 choices, no secrets
    try:
        country.prepare()
        country.start()
        facts = storm(country, folder, (minutes, documents, faults, seed))
    finally:
        country.stop()
    audited = subprocess.run(  # noqa: S603 our own script
        [sys.executable, "-I", str(AUDITOR), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    facts |= json.loads(audited.stdout)
    facts["verified"] = verify_sample(country, random.Random(seed))  # noqa: S311
    print(json.dumps(facts, ensure_ascii=False, indent=1))
    if os.environ.get("REPORT"):
        REPORT.write_text(report(facts))
    if audited.returncode == 0 and not os.environ.get("KEEP"):
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    return audited.returncode


def storm(country: Country, folder: Path, plan: tuple[int, int, int, int]) -> dict:
    minutes, documents, faults, seed = plan
    began = time.monotonic()
    until = began + minutes * 60
    load = Load(country, folder / "ledger.jsonl", random.Random(seed + 1))  # noqa: S311
    threads = load.run(documents, until)
    weather = Storm(country, random.Random(seed + 2))  # noqa: S311
    weather.rage(until, faults)
    weather.calm()
    print(f"storm over after {time.monotonic() - began:.0f} s, {weather.total} faults", flush=True)
    calmed = time.monotonic()
    settle(country, threads[: len(country.nodes)], load)
    lines = country.lines
    happened = dict(weather.done)
    happened["connection cut at a random byte"] = sum(line.happened["cut"] for line in lines)
    happened["answer lost after the hub's commit"] = sum(line.happened["swallow"] for line in lines)
    return {
        "seed": seed,
        "minutes": round((calmed - began) / 60, 1),
        "settled": round(time.monotonic() - calmed),
        "happened": happened,
        "registered": load.registered,
        "date": datetime.now(UTC).strftime("%d/%m/%Y"),
    }


def settle(country: Country, offices: list, load: Load) -> None:
    """Until everything dispatched has come, is answered and proven; or not in time, and the auditor
    will say what is missing."""
    until = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < until:
        for node in country.all:
            node.keep()
        if not any(thread.is_alive() for thread in offices):
            left = sum(open_work(country, node) for node in country.all)
            if not left:
                break
            print(f"{left} left", flush=True)
        time.sleep(5)
    load.end()
    time.sleep(3)
    while time.monotonic() < until and sum(open_work(country, node) for node in country.all):
        time.sleep(2)


def open_work(country: Country, node) -> int:
    app = country.apps[node.data.key]
    with app.app_context():
        session = app.extensions["office"].session()
        if node is country.hub:
            left = session.scalar(select(func.count(Delivery.id)).where(Delivery.state != "DONE"))
        else:
            sends = select(func.count(OutboxItem.id)).where(
                OutboxItem.repeat_seconds == 0, OutboxItem.state == "due"
            )
            open_ones = select(func.count(Dispatch.id)).where(
                or_(Dispatch.business_state.is_(None), Dispatch.transport_state != "delivered")
            )
            unproven = select(func.count()).select_from(receipts.lacking().subquery())
            left = sum(session.scalar(each) for each in (sends, open_ones, unproven))
        db.session.remove()
    return left


def verify_sample(country: Country, chance: random.Random) -> dict:
    """Receipts of each node, checked by the script alone against the keys of who signed them."""
    keys = {}
    for node in country.all:
        app = country.apps[node.data.key]
        with app.app_context():
            own = (
                app.extensions["office"]
                .session()
                .scalar(select(ReceiptKey.public).where(ReceiptKey.is_own))
            )
            keys["" if node is country.hub else node.data.agencies[0].code] = own
            db.session.remove()
    checked = {"true": 0, "false": 0}
    rows = []
    for node in country.nodes:
        opened = sqlite3.connect(f"file:{node.folder}/vanthu.db?mode=ro", uri=True)
        rows += [(node, *row) for row in opened.execute(
            "SELECT r.signer_code, r.text, r.payload_sha256 FROM receipt r JOIN exchange_message m"
            " ON m.id = r.message_id WHERE m.direction = 'out'"
        )]  # fmt: skip
    for node, signer, text, sha256 in chance.sample(rows, min(SAMPLE, len(rows))):
        path = node.folder / "receipt.json"
        path.write_text(text)
        package = node.folder / "files" / sha256[:2] / sha256[2:4] / sha256
        command = [sys.executable, "-I", str(ROOT / "tools" / "verify_receipt.py"), str(path)]
        done = subprocess.run(  # noqa: S603 our own script
            [*command, keys[signer], str(package)], capture_output=True, check=False
        )
        checked["true" if done.returncode == 0 else "false"] += 1
    return checked


def report(facts: dict) -> str:
    counts, faults = facts["counts"], facts["faults"]
    storm_rows = [f"| {name} | {number} |" for name, number in sorted(facts["happened"].items())]
    count_rows = [f"| {name} | {number} |" for name, number in sorted(counts.items())]
    verdict = (
        "0 lost, 0 doubled, 0 altered, 0 invented, 0 numbers doubled or skipped, 0 receipts missing"
        " or wrong, every audit chain whole."
        if not faults
        else "FAULTS: " + ", ".join(f"{kind}: {number}" for kind, number in faults.items())
    )
    return "\n".join(
        [
            "# A campaign of faults",
            "",
            "`make campaign` starts a hub and five nodes, each with its own web, workers, sweeper,"
            " Valkey and SQLite, lets offices dispatch documents to each other through a line that"
            " can be cut, lets clerks register what comes through the pages, and sends a storm of"
            " random faults over all of them. When it is over and all has settled, an auditor"
            " (`bench/campaign/audit.py`, which imports nothing of the program) compares the"
            " campaign's own ledger of what was dispatched with every database and every stored"
            " file, by SHA-256. Leases and pauses are shortened from minutes to seconds"
            " (`bench/campaign/serve.py`), so that many dead workers' work is taken over.",
            "",
            f"Run of {facts['date']}, seed {facts['seed']}, on 2 cores:"
            f" {facts['minutes']} minutes of storm, settled {facts['settled']} s after it.",
            "",
            f"**{verdict}**",
            "",
            "| fault | times |",
            "|---|---|",
            *storm_rows,
            f"| **all** | **{sum(facts['happened'].values())}** |",
            "",
            "| looked at by the auditor | number |",
            "|---|---|",
            *count_rows,
            "",
            f"Clerks registered {facts['registered']} arrivals through the pages meanwhile. Of the"
            f" receipts that the senders hold, {sum(facts['verified'].values())} were drawn and"
            f" checked with `tools/verify_receipt.py` against the packages:"
            f" {facts['verified']['true']} true, {facts['verified']['false']} false.",
            "",
            "Again: `make campaign REPORT=1`; `MINUTES`, `DOCUMENTS`, `FAULTS` and `SEED` may be"
            " set in the environment.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
