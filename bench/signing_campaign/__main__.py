"""`make campaign-signing`: people work, workers die, the auditor looks. POINTS and SEED may be set;
REPORT=1 writes docs/campaign-signing.md."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from adapters import queue_server
from bench.signing_campaign.copying import OPEN as COPIES
from bench.signing_campaign.copying import Copying
from bench.signing_campaign.people import OPEN, People, environment, prepare
from bench.signing_campaign.workers import deaths
from demo.nodes import ROOT

AUDITOR = "bench.signing_campaign.audit"
REPORT = ROOT / "docs" / "campaign-signing.md"
SETTLE_SECONDS = 600
PAUSE = 0.05


def setting(name: str, default: int) -> int:
    return int(os.environ.get(name, default))


def run(folder: Path, points: int, seed: int, at_once: int = OPEN) -> dict:
    """The whole campaign in `folder`: what happened, and what the auditor found."""
    app = prepare(folder)
    queue = queue_server.start(folder, die_with_parent=True)
    workers = start(folder, points, seed)
    began = time.monotonic()
    try:
        with app.app_context():
            chance = random.Random(seed)  # noqa: S311 choices, no secrets
            people = People(app.extensions["office"], folder, chance, at_once)
            copying = Copying(people, chance.random, min(at_once, COPIES))
            storm(people, copying, folder, points, workers)
    finally:
        workers.kill()
        workers.wait()
        queue.stop()
    audited = subprocess.run(  # noqa: S603 our own script
        [sys.executable, "-m", AUDITOR, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not audited.stdout:
        raise RuntimeError(audited.stderr)
    return json.loads(audited.stdout) | {
        "deaths": Counter(deaths(folder)),
        "seconds": round(time.monotonic() - began),
        "again": people.again,
        "twice": people.twice,
        "batches": sorted(people.batches),
        "seed": seed,
        "date": datetime.now(UTC).strftime("%d/%m/%Y"),
    }


def start(folder: Path, points: int, seed: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "bench.signing_campaign.workers"]
    with (folder / "workers.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 our own script
            [*command, str(folder), str(seed), str(points)], cwd=ROOT, env=environment(folder),
            stdout=log, stderr=log,
        )  # fmt: skip


def storm(
    people: People, copying: Copying, folder: Path, points: int, workers: subprocess.Popen
) -> None:
    """Until so many have died, new documents and copies; then until all are issued."""
    told, until = 0, None
    while True:
        died = len(deaths(folder))
        calm = died >= points
        people.work(new=not calm)
        copying.work(new=not calm)
        if died // 50 > told:
            told = died // 50
            print(f"{died} deaths, {people.made} documents", flush=True)
        if calm:
            until = until or time.monotonic() + SETTLE_SECONDS
            if (people.is_done and copying.is_done) or time.monotonic() > until:
                return
        if workers.poll() is not None:
            raise RuntimeError((folder / "workers.log").read_text()[-3000:])
        time.sleep(PAUSE)


def main() -> int:
    points, seed = setting("POINTS", 500), setting("SEED", int(time.time()) % 1_000_000)
    print(f"SEED={seed} POINTS={points}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="vanthu-signing-"))
    facts = run(folder, points, seed)
    print(json.dumps(facts, ensure_ascii=False, indent=1))
    if os.environ.get("REPORT"):
        REPORT.write_text(report(facts, points))
    if facts["faults"]:
        print(f"kept: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def report(facts: dict, points: int) -> str:
    verdict = (
        "0 lost, 0 signed twice, 0 files that do not validate, 0 gaps in the numbers, 0 files that"
        " no row names, the audit chain whole."
        if not facts["faults"]
        else "FAULTS: " + ", ".join(f"{kind}: {n}" for kind, n in facts["faults"].items())
    )
    died = sum(facts["deaths"].values())
    lines = [
        "# A campaign of deaths while signing",
        "",
        "`make campaign-signing` lets people draft, approve and issue documents through the"
        " services of a node with its own SQLite and Valkey: some with two leaders, some with"
        " enclosures, one by one or many with one PIN; and lets them make certified copies. All the"
        " while two real signing workers on one queue are killed (SIGKILL) over and over:"
        " before or after a named effect of the job (each"
        " write, fsync, naming of a file, commit, …), or at a random moment of it. The killing is"
        " laid around the program from outside (`bench/signing_campaign/points.py`); leases are"
        " shortened from two minutes to four seconds. Now and then everything that is due is woken"
        " again, so that both workers are at one request. When all is issued, an auditor that"
        " imports nothing of the program (`bench/signing_campaign/audit.py`) looks at every row and"
        " every file, with pyHanko (strict) and poppler's pdfsig: each signature and the time it"
        " bears, each enclosure and copy, the numbers of both registers, and whether each result"
        " of a batch says the truth.",
        "",
        f"Run of {facts['date']}, seed {facts['seed']}, on 2 cores: {died} deaths in"
        f" {facts['seconds']} s.",
        "",
        f"**{verdict}**",
        "",
        "| killed | times |",
        "|---|---|",
        *(f"| {where} | {n} |" for where, n in sorted(facts["deaths"].items())),
        f"| **all** | **{died}** |",
        "",
        "| looked at by the auditor | number |",
        "|---|---|",
        *(f"| {name} | {n} |" for name, n in sorted(facts["counts"].items())),
        "",
        f"A person had to ask again {facts['again']} times; both workers were woken for the same"
        f" requests {facts['twice']} times; {len(facts['batches'])} decisions were batches"
        f"{_sizes(facts['batches'])}. A worker"
        " that dies after it has stored a signed file and before it has noted it leaves nothing:"
        " the next one makes the same bytes, which have the same name"
        " (`services/signing/timing.py`).",
        "",
        f"Again: `make campaign-signing POINTS={points} SEED={facts['seed']} REPORT=1`.",
        "",
    ]
    return "\n".join(lines)


def _sizes(batches: list[int]) -> str:
    if not batches:
        return ""
    middle = batches[len(batches) // 2]
    return f" (of {batches[0]} to {batches[-1]} documents, half of them of {middle} or more)"


if __name__ == "__main__":
    sys.exit(main())
