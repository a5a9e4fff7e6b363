"""The auditor of the signing campaign: reads the ledger, the SQLite file and the stored files with
sqlite3, hashlib, pyHanko and poppler's pdfsig alone. It imports nothing of the program.

    python bench/signing_campaign/audit.py FOLDER

Prints what it counted as JSON; exit 0 where nothing is lost, signed twice, not to be validated or
skipped, else 1.
"""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

GENESIS = "0" * 64
PDFSIG = shutil.which("pdfsig")


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
        self.named: set[str] = set()

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
            self.document(line)
        self.numbers()
        self.chain()
        self.leftovers()
        known = {row["id"] for row in self.rows("SELECT id FROM outgoing_document")}
        if known != {line["document"] for line in self.ledger}:
            self.fault("invented", known)

    def document(self, line: dict) -> None:
        self.counts["documents"] += 1
        (doc,) = self.rows("SELECT * FROM outgoing_document WHERE id = ?", line["document"])
        if doc["state"].lower() != "issued" or not doc["issued_sha256"]:
            self.fault("lost", (doc["id"], doc["state"]))
            return
        prepared, signed, issued = (
            self.read(doc[f"{kind}_sha256"]) for kind in ("prepared", "signed", "issued")
        )
        if not (prepared and issued.startswith(signed) and signed.startswith(prepared)):
            self.fault("altered", doc["id"])
        self.requests(doc)
        self.steps(doc)
        self.validate(doc["issued_sha256"], issued)
        self.enclosures(doc["id"], line["enclosures"])

    def requests(self, doc: sqlite3.Row) -> None:
        """Of each role one request has an output, and it is what the document bears."""
        for role, column in (("leader", "signed_sha256"), ("seal", "issued_sha256")):
            found = self.rows(
                "SELECT state, output_sha256, authorisation FROM signing_request"
                " WHERE document_id = ? AND lower(role) = ?",
                doc["id"], role,
            )  # fmt: skip
            self.counts["requests"] += len(found)
            done = [row["output_sha256"] for row in found if row["state"].lower() == "done"]
            if done != [doc[column]] or sum(bool(row["output_sha256"]) for row in found) != 1:
                self.fault("signed twice", (doc["id"], role, len(found), len(done)))
            if any(row["authorisation"] for row in found):
                self.fault("authorisation kept", (doc["id"], role))
            self.named |= set(done)

    def steps(self, doc: sqlite3.Row) -> None:
        for tag in ("outgoing:leader_signed", "outgoing:sealed"):
            (row,) = self.rows(
                "SELECT count(*) AS n FROM audit_entry WHERE tag = ? AND subject_id = ?",
                tag, doc["id"],
            )  # fmt: skip
            if row["n"] != 1:
                self.fault("signed twice", (doc["id"], tag, row["n"]))

    def validate(self, sha256: str, data: bytes) -> None:
        """Two signatures, both whole by pyHanko (strict) and by poppler."""
        self.counts["files validated by pyHanko, strict"] += 1
        try:
            if asyncio.run(self._verdicts(sha256)) != [True, True]:
                self.fault("not to be validated", sha256)
        except Exception as error:  # whatever a damaged file leads to
            self.fault("not to be validated", (sha256, repr(error)))
        if PDFSIG:
            self.counts["files validated by pdfsig"] += 1
            path = self.folder / "looked-at.pdf"
            path.write_bytes(data)
            said = subprocess.run(  # noqa: S603 the machine's own program
                [PDFSIG, "-nocert", str(path)], capture_output=True, text=True, check=False
            ).stdout
            if said.count("Signature is Valid") != 2:
                self.fault("not to be validated", (sha256, "pdfsig"))

    async def _verdicts(self, sha256: str) -> list[bool]:
        path = self.folder / "files" / sha256[:2] / sha256[2:4] / sha256
        with path.open("rb") as stream:
            reader = PdfFileReader(stream, strict=True)
            verdicts = []
            for signature in reader.embedded_signatures:
                context = ValidationContext(trust_roots=[self.root], allow_fetching=False)
                status = await async_validate_pdf_signature(signature, context)
                verdicts.append(status.bottom_line)
            return verdicts

    def enclosures(self, document_id: int, expected: int) -> None:
        found = self.rows("SELECT * FROM enclosure WHERE document_id = ?", document_id)
        if len(found) != expected:
            self.fault("lost", (document_id, "enclosure"))
        for row in found:
            self.counts["enclosures signed"] += 1
            made = row["signature_sha256"] or row["signed_sha256"]
            if not self.read(row["sha256"]) or not self.read(made):
                self.fault("enclosure not signed", (document_id, row["name"]))

    def numbers(self) -> None:
        """The register runs 1, 2, 3 … and each number has its document."""
        for book in self.rows("SELECT * FROM register WHERE lower(kind) = 'outgoing'"):
            given = [row["number"] for row in self.rows(
                "SELECT number FROM register_entry WHERE register_id = ?", book["id"]
            )]  # fmt: skip
            self.counts["numbers"] += len(given)
            if sorted(given) != list(range(1, book["last_number"] + 1)):
                self.fault("number gap", book["name"])
        (bare,) = self.rows(
            "SELECT count(*) AS n FROM register_entry e WHERE (SELECT count(*) FROM"
            " outgoing_document d WHERE d.number_entry_id = e.id) <> 1"
        )
        if bare["n"]:
            self.fault("number gap", f"{bare['n']} without a document")

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
        """Signed files that no row names: their process died before it could note them."""
        stored = {path.name for path in (self.folder / "files").glob("??/??/*")}
        rows = self.rows("SELECT sha256 FROM stored_file")
        self.counts["files that a dead worker left, named by no row"] = len(
            stored - {row["sha256"] for row in rows}
        )


def main(folder: str) -> int:
    audit = Audit(Path(folder))
    audit.run()
    kinds = Counter(kind for kind, _ in audit.faults)
    said = {"counts": audit.counts, "faults": kinds, "first": audit.faults[:20]}
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if audit.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
