"""The auditor of the signing campaign: reads the ledger, the SQLite file and the stored files with
sqlite3, hashlib, pyHanko and poppler's pdfsig alone. It imports nothing of the program.

    python -m bench.signing_campaign.audit FOLDER

Prints what it counted as JSON; exit 0 where nothing is lost, signed twice, not to be validated,
skipped, left over or told untruly, else 1.
"""

import hashlib
import json
import sqlite3
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from asn1crypto import x509

from bench.signing_campaign.signatures import PDFSIG, Mark, mark_beside, marks, valid_by_pdfsig

GENESIS = "0" * 64
WHOLE = {  # kind of a register and of a line of the ledger: what its numbers are given to
    "outgoing": ("document", "SELECT id, number_entry_id FROM outgoing_document"),
    "copy": ("copy", "SELECT id, number_entry_id FROM certified_copy"),
}


class Audit:
    """`faults`: kind and what it is about; `counts`: what was looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = sqlite3.connect(f"file:{folder}/vanthu.db?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        lines = (folder / "ledger.jsonl").read_text().splitlines()
        self.ledger = [json.loads(line) for line in lines]
        self.root = x509.Certificate.load((folder / "root.der").read_bytes())
        self.faults: list[tuple[str, str]] = []
        self.counts: Counter[str] = Counter()

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.db.execute(query, values).fetchall()

    def fault(self, kind: str, what: object) -> None:
        self.faults.append((kind, str(what)))

    def read(self, sha256: str | None) -> bytes:
        """The bytes under this digest, hashed anew; empty where they are not."""
        path = self.folder / "files" / (sha256 or "-")[:2] / (sha256 or "--")[2:4] / str(sha256)
        data = path.read_bytes() if path.is_file() else b""
        return data if hashlib.sha256(data).hexdigest() == sha256 else b""

    def run(self) -> None:
        for line in self.ledger:
            if "copy" in line:
                self.copy(line)
            else:
                self.document(line)
        self.batches()
        self.numbers()
        self.chain()
        self.leftovers()
        for kind, query in WHOLE.values():
            known = {row["id"] for row in self.rows(query)}
            if known != {line[kind] for line in self.ledger if kind in line}:
                self.fault("invented", (kind, known))

    def document(self, line: dict) -> None:
        self.counts["documents"] += 1
        self.counts["documents with two leaders"] += line["leaders"] > 1
        (doc,) = self.rows("SELECT * FROM outgoing_document WHERE id = ?", line["document"])
        if doc["state"].lower() != "issued" or not doc["issued_sha256"]:
            self.fault("lost", (doc["id"], doc["state"]))
            return
        requests = self.requests(doc, line["leaders"])
        self.steps("outgoing:next_signer", doc["id"], line["leaders"] - 1)
        for tag in ("outgoing:leader_signed", "outgoing:sealed"):
            self.steps(tag, doc["id"], 1)
        files = [doc["prepared_sha256"], *(each["output_sha256"] for each in requests)]
        if files[-2:] != [doc["signed_sha256"], doc["issued_sha256"]] or not self.grows(files):
            self.fault("altered", doc["id"])
        self.signed(doc["issued_sha256"], requests)
        self.enclosures(doc["id"], line["enclosures"], requests[-1:])

    def grows(self, files: list[str]) -> bool:
        """Whether each file begins with all of the one before."""
        read = [self.read(each) for each in files]
        return all(read) and all(after.startswith(before) for before, after in pairwise(read))

    def requests(self, doc: sqlite3.Row, leaders: int) -> list[sqlite3.Row]:
        """Those that are done, in their order: one of each leader, one of the seal, and no other
        that has an output."""
        found = self.rows(
            "SELECT r.*, b.certificate_sha256 FROM signing_request r JOIN certificate_binding b"
            " ON b.id = r.binding_id WHERE r.document_id = ? ORDER BY r.id",
            doc["id"],
        )
        self.counts["requests"] += len(found)
        done = [row for row in found if row["state"].lower() == "done"]
        roles = [row["role"].lower() for row in done]
        if roles != ["leader"] * leaders + ["seal"] or done != _with_output(found):
            self.fault("signed twice", (doc["id"], roles, len(found)))
        if any(row["authorisation"] for row in found):
            self.fault("authorisation kept", doc["id"])
        return done

    def steps(self, tag: str, subject: int, wanted: int) -> None:
        found = self.entries(tag, subject)
        if len(found) != wanted:
            self.fault("signed twice", (subject, tag, len(found)))

    def entries(self, tag: str, subject: int) -> list[dict]:
        """The details of these entries of the audit chain."""
        query = "SELECT details FROM audit_entry WHERE tag = ? AND subject_id = ?"
        return [json.loads(row["details"]) for row in self.rows(query, tag, subject)]

    def signed(self, sha256: str, requests: list[sqlite3.Row], enclosed: bool = False) -> None:
        """Each request's signature, whole by pyHanko (strict) and by poppler, of its certificate,
        with its time; and no other."""
        data = self.read(sha256)
        self.counts["files validated by pyHanko, strict"] += 1
        try:
            self.fits(sha256, marks(data, self.root), requests, enclosed)
        except Exception as error:  # whatever a damaged file leads to
            self.fault("not to be validated", (sha256, repr(error)))
        if PDFSIG:
            self.counts["files validated by pdfsig"] += 1
            if valid_by_pdfsig(data, self.folder / "looked-at.pdf") != len(requests):
                self.fault("not to be validated", (sha256, "pdfsig"))

    def fits(
        self, what: str, found: list[Mark], requests: list[sqlite3.Row], enclosed: bool = False
    ) -> None:
        if len(found) != len(requests) or not all(mark.holds for mark in found):
            self.fault("not to be validated", (what, len(found)))
            return
        for mark, request in zip(found, requests, strict=True):
            if mark.certificate != request["certificate_sha256"]:
                self.fault("not to be validated", (what, "certificate"))
            self.counts["signatures"] += 1
            fixed = _moment(request["signing_at"]).replace(microsecond=0)
            # An enclosure may have been signed by an earlier attempt, under its time.
            if mark.at is None or mark.at > fixed or (mark.at < fixed and not enclosed):
                self.fault("time of signing", (what, mark.at, fixed))

    def enclosures(self, document_id: int, expected: int, requests: list[sqlite3.Row]) -> None:
        """Each is signed once by the agency: in the file, or beside it where it is no PDF."""
        found = self.rows("SELECT * FROM enclosure WHERE document_id = ?", document_id)
        if len(found) != expected:
            self.fault("lost", (document_id, "enclosure"))
        for row in found:
            self.counts[f"enclosures signed: {row['manner']}"] += 1
            self.steps("signing:enclosure", row["id"], 1)
            if row["name"].endswith(".pdf"):
                if not self.grows([row["sha256"], row["signed_sha256"]]):
                    self.fault("altered", (document_id, row["name"]))
                self.signed(row["signed_sha256"], requests, enclosed=True)
            else:
                self.beside(row, requests)

    def beside(self, row: sqlite3.Row, requests: list[sqlite3.Row]) -> None:
        data, signature = self.read(row["sha256"]), self.read(row["signature_sha256"])
        self.counts["signatures beside a file"] += 1
        try:
            self.fits(row["name"], [mark_beside(data, signature, self.root)], requests, True)
        except Exception as error:  # whatever a damaged signature leads to
            self.fault("not to be validated", (row["id"], repr(error)))

    def copy(self, line: dict) -> None:
        """An electronic copy is signed once by the agency; one on paper never."""
        self.counts["copies on paper" if line["on_paper"] else "copies signed"] += 1
        (copy,) = self.rows("SELECT * FROM certified_copy WHERE id = ?", line["copy"])
        if copy["state"].lower() != "issued" or not self.read(copy["output_sha256"]):
            self.fault("lost", ("copy", copy["id"], copy["state"]))
            return
        found = self.rows(
            "SELECT r.*, b.certificate_sha256 FROM copy_signing r JOIN certificate_binding b"
            " ON b.id = r.binding_id WHERE r.copy_id = ? ORDER BY r.id",
            copy["id"],
        )
        done = [row for row in found if row["state"].lower() == "done"]
        wanted = [] if line["on_paper"] else [copy["output_sha256"]]
        if [row["output_sha256"] for row in done] != wanted or done != _with_output(found):
            self.fault("signed twice", ("copy", copy["id"], len(found)))
        if any(row["authorisation"] for row in found):
            self.fault("authorisation kept", ("copy", copy["id"]))
        self.steps("copy:signed", copy["id"], len(wanted))
        if wanted:
            if not self.grows([copy["input_sha256"], copy["output_sha256"]]):
                self.fault("altered", ("copy", copy["id"]))
            self.signed(copy["output_sha256"], done)

    def batches(self) -> None:
        """What a batch says of each document is what happened to it: a step that is done is in the
        audit chain once, in the name of this batch, and its request is about the bytes shown; a
        failed one has a reason and nothing else."""
        for item in self.rows(
            "SELECT i.*, b.action, r.input_sha256, r.document_id AS asked_for"
            " FROM signing_batch_item i JOIN signing_batch b ON b.id = i.batch_id"
            " LEFT JOIN signing_request r ON r.id = i.request_id"
        ):
            state = item["state"].lower()
            self.counts[f"documents decided in a batch: {state}"] += 1
            told = self.entries(f"outgoing:{item['action'].lower()}", item["document_id"])
            steps = sum(each.get("batch") == item["batch_id"] for each in told)
            asked = (item["asked_for"], item["input_sha256"])
            is_true = {
                "done": steps == 1 and asked == (item["document_id"], item["shown_sha256"]),
                "failed": steps == 0 and item["request_id"] is None and bool(item["failure"]),
            }
            if not is_true.get(state) or item["authorisation"]:
                self.fault("batch untrue", (item["id"], state, steps))
        for batch in self.rows("SELECT id FROM signing_batch WHERE finished_at IS NULL"):
            self.fault("batch untrue", (batch["id"], "not finished"))

    def numbers(self) -> None:
        """The registers run 1, 2, 3 … and each number has its document or copy."""
        for kind, (_line, query) in WHOLE.items():
            bearers = Counter(row["number_entry_id"] for row in self.rows(query))
            for book in self.rows("SELECT * FROM register WHERE lower(kind) = ?", kind):
                given = self.rows(
                    "SELECT id, number FROM register_entry WHERE register_id = ?", book["id"]
                )
                self.counts[f"numbers: {kind}"] += len(given)
                numbers = sorted(row["number"] for row in given)
                if numbers != list(range(1, book["last_number"] + 1)):
                    self.fault("number gap", book["name"])
                if any(bearers[row["id"]] != 1 for row in given):
                    self.fault("number gap", f"{book['name']}: a number that nothing bears")

    def chain(self) -> None:
        """The audit chain, hashed anew."""
        previous = GENESIS
        for number, row in enumerate(self.rows("SELECT * FROM audit_entry ORDER BY sequence"), 1):
            at = row["at"].replace(" ", "T") + "+00:00"
            covered = [
                row["sequence"], at, row["tag"], row["person_id"], row["person_name"],
                row["agency_id"], row["subject_type"], row["subject_id"],
                json.loads(row["details"]), previous,
            ]  # fmt: skip
            text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if (row["sequence"], hashlib.sha256(text.encode()).hexdigest()) != (
                number,
                row["hash"],
            ):
                self.fault("audit chain", row["sequence"])
                return
            previous = row["hash"]
            self.counts["audit entries"] += 1

    def leftovers(self) -> None:
        """Files that no row names: a worker that died left them, and the next made others."""
        stored = {path.name for path in (self.folder / "files").glob("??/??/*")}
        known = {row["sha256"] for row in self.rows("SELECT sha256 FROM stored_file")}
        self.counts["files in the store"] = len(stored)
        for sha256 in stored - known:
            self.fault("file that no row names", sha256)
        for sha256 in known - stored:
            self.fault("lost", ("file", sha256))


def _with_output(requests: list[sqlite3.Row]) -> list[sqlite3.Row]:
    return [row for row in requests if row["output_sha256"]]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def main(folder: str) -> int:
    audit = Audit(Path(folder))
    audit.run()
    kinds = Counter(kind for kind, _ in audit.faults)
    said = {"counts": audit.counts, "faults": kinds, "first": audit.faults[:20]}
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if audit.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
