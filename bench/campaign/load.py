"""The work: documents issued and dispatched at every node, clerks who register what comes. What was
dispatched is also written to a ledger of the campaign's own, for the auditor."""

import hashlib
import json
import random
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
from sqlalchemy import select

from bench import issued
from bench.campaign.nodes import CODES, PASSWORD, Country
from demo.browser import Browser, Refused
from domain.errors import Refusal
from domain.roles import SYSTEM
from extensions import db
from models.agencies import Agency
from services.unit_of_work import transaction

PDF = b"%PDF-1.7\n"


class Load:
    """Threads that dispatch `documents` until `until`, and one clerk at each node."""

    def __init__(self, country: Country, ledger: Path, chance: random.Random) -> None:
        self.country, self.chance, self.registered = country, chance, 0
        self._ledger, self._lock = ledger.open("a"), threading.Lock()
        self._over = threading.Event()

    def run(self, documents: int, until: float) -> list[threading.Thread]:
        share = documents // len(CODES)
        threads = [
            threading.Thread(target=self._office, args=(n, share, until), daemon=True)
            for n in range(len(CODES))
        ]
        threads += [
            threading.Thread(target=self._clerk, args=(n,), daemon=True) for n in range(len(CODES))
        ]
        for thread in threads:
            thread.start()
        return threads

    def end(self) -> None:
        self._over.set()

    def _office(self, number: int, share: int, until: float) -> None:
        app = self.country.apps[self.country.nodes[number].data.key]
        pause = max(0.0, (until - time.monotonic()) / share * 0.9)
        with app.app_context():
            for _ in range(share):
                started = time.monotonic()
                self._dispatch(app.extensions["office"], number)
                time.sleep(max(0.0, pause - (time.monotonic() - started)))

    def _dispatch(self, office, number: int) -> None:
        """As the step "dispatch" does it, number and all, in one transaction; tried again where
        the database was busy for too long."""
        others = [code for code in CODES if code != CODES[number]]
        codes = self.chance.sample(others, self.chance.choices([1, 2, 4], [75, 20, 5])[0])
        body = self.chance.randbytes(int(10 ** self.chance.uniform(2.5, 4.9)))
        body = PDF + body if self.chance.random() < 0.05 else body
        while True:
            try:
                said = self._write(office, codes, body)
                break
            except Exception:
                db.session.remove()
                time.sleep(0.2)
        line = said | {"recipients": codes, "sha256": hashlib.sha256(body).hexdigest()}
        with self._lock:
            self._ledger.write(json.dumps(line) + "\n")
            self._ledger.flush()

    def _write(self, office, codes: list[str], body: bytes) -> dict:
        with transaction(office, SYSTEM) as work:
            agency = work.session.scalars(select(Agency)).one()
            urgency = self.chance.choice([0, 0, 0, 0, 2])
            doc = issued.dispatch(work, agency, codes, body, urgency)
            return {
                "sender": agency.code,
                "uid": doc.document_uid,
                "number": doc.number_entry.number,
            }

    def _clerk(self, number: int) -> None:
        """Registers arrivals through the pages; what goes wrong is tried again, as people do."""
        node, turn, browser = self.country.nodes[number], 0, None
        while not self._over.is_set():
            try:
                browser = browser or Browser(node.url, f"n{number}.vanthu", PASSWORD)
                page = browser.open(f"/incoming/{turn + 1}")
                with suppress(Refused):  # registered already, by the click whose answer was lost
                    browser.submit(page, "/register")
                    self.registered += 1
                turn += 1
            except (httpx.HTTPError, Refused, Refusal):
                browser = None if self.chance.random() < 0.2 else browser
            time.sleep(1.5)
