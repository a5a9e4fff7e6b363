"""The auditor of a campaign: reads the ledger of what was dispatched, every node's SQLite file and
every stored file, with sqlite3 and hashlib alone. It imports nothing of the program.

    python bench/campaign/audit.py FOLDER

FOLDER holds ledger.jsonl and a data folder for the hub and each node. Prints what it counted as
JSON; exit 0 where nothing is lost, doubled, altered, skipped or invented, else 1.
"""

import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from pathlib import Path

GENESIS = "0" * 64


class Node:
    """One data folder, opened for reading only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = sqlite3.connect(f"file:{folder}/vanthu.db?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.db.execute(query, values).fetchall()

    def digest(self, sha256: str) -> str:
        """The SHA-256 of the bytes that lie under this name."""
        path = self.folder / "files" / sha256[:2] / sha256[2:4] / sha256
        if not path.is_file():
            return "missing"
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


class Audit:
    """`faults`: kind and what it is about; `counts`: what was looked at."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "ledger.jsonl").read_text().splitlines()
        self.ledger = [json.loads(line) for line in lines]
        folders = sorted(each.parent for each in folder.glob("*/vanthu.db"))
        self.nodes = {each.name: Node(each) for each in folders}
        self.hub = self.nodes.pop("hub")
        self.by_code = {
            node.rows("SELECT code FROM agency")[0]["code"]: node for node in self.nodes.values()
        }
        self.faults: list[tuple[str, str]] = []
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        self.arrivals()
        self.at_hub()
        self.statuses()
        self.receipts()
        self.numbers()
        for name, node in {**self.nodes, "hub": self.hub}.items():
            self.chain(name, node)

    def fault(self, kind: str, what: object) -> None:
        self.faults.append((kind, str(what)))

    def arrivals(self) -> None:
        """Every document stands once at each of its recipients, with its very bytes."""
        expected = {
            (code, line["sender"], line["uid"]): line["sha256"]
            for line in self.ledger
            for code in line["recipients"]
        }
        found = defaultdict(list)
        for code, node in self.by_code.items():
            for row in node.rows(
                "SELECT d.sender_code, d.document_uid, p.sha256 FROM incoming_document d"
                " JOIN paper p ON p.document_id = d.id AND p.ordinal = 1"
            ):
                found[code, row["sender_code"], row["document_uid"]].append(row["sha256"])
        for key, sha256 in expected.items():
            self.counts["deliveries to recipients"] += 1
            self.arrival(key, sha256, found.pop(key, []))
        for key in found:
            self.fault("invented", key)
        self.counts["documents dispatched"] = len(self.ledger)
        written = [
            (code, row["document_uid"])
            for code, node in self.by_code.items()
            for row in node.rows("SELECT document_uid FROM outgoing_document")
        ]
        if len(written) != len(set(written)):
            self.fault("doubled", "outgoing documents")

    def arrival(self, key: tuple[str, str, str], sha256: str, there: list[str]) -> None:
        if not there:
            self.fault("lost", key)
        elif len(there) > 1:
            self.fault("doubled", key)
        elif there != [sha256] or self.by_code[key[0]].digest(sha256) != sha256:
            self.fault("altered", key)

    def at_hub(self) -> None:
        """The hub has each package once, whole, and every delivery of it is done."""
        packages = Counter()
        for row in self.hub.rows("SELECT * FROM hub_message"):
            self.package(row)
            if row["kind"] == "edoc":
                packages[row["sender_code"], row["document_uid"]] += 1
        for line in self.ledger:
            if packages.pop((line["sender"], line["uid"]), 0) != 1:
                self.fault("lost or doubled at the hub", line["uid"])
        for key in packages:
            self.fault("invented at the hub", key)
        for row in self.hub.rows("SELECT state, count(*) AS n FROM delivery GROUP BY state"):
            self.counts[f"deliveries {row['state']}"] += row["n"]
            if row["state"] != "DONE":
                self.fault("not delivered", f"{row['n']} {row['state']}")

    def package(self, row: sqlite3.Row) -> None:
        """The bytes of a package are the same at the hub and in the books of its sender."""
        self.counts["packages at the hub"] += 1
        if self.hub.digest(row["payload_sha256"]) != row["payload_sha256"]:
            self.fault("altered", f"hub package {row['doc_id']}")
        sent = self.by_code[row["sender_code"]].rows(
            "SELECT payload_sha256 FROM exchange_message WHERE direction = 'out'"
            " AND hub_doc_id = ?",
            row["doc_id"],
        )
        if [each["payload_sha256"] for each in sent] != [row["payload_sha256"]]:
            self.fault("altered", f"package {row['doc_id']} at its sender")

    def statuses(self) -> None:
        """Each recipient's 01 came back, each status once."""
        for code, node in self.by_code.items():
            for row in node.rows("SELECT recipient_code, business_state FROM dispatch"):
                self.counts["dispatches answered"] += 1
                if not row["business_state"]:
                    self.fault("unanswered", (code, row["recipient_code"]))
            doubled = node.rows(
                "SELECT dispatch_id, code FROM status_event WHERE dispatch_id IS NOT NULL"
                " GROUP BY dispatch_id, code HAVING count(*) > 1"
            )
            for row in doubled:
                self.fault("doubled status", (code, tuple(row)))

    def receipts(self) -> None:
        """For each package the hub's receipt and each recipient's, over its hash, none wrong."""
        for code, node in self.by_code.items():
            held = defaultdict(set)
            for row in node.rows(
                "SELECT r.*, m.payload_sha256 AS sent FROM receipt r JOIN exchange_message m"
                " ON m.id = r.message_id WHERE m.direction = 'out'"
            ):
                said = json.loads(row["text"])
                if row["problem"] or said["payload_sha256"] != row["sent"]:
                    self.fault("wrong receipt", (code, row["hub_doc_id"], row["problem"]))
                held[row["message_id"]].add(row["signer_code"])
                self.counts["receipts held by senders"] += 1
            for row in node.rows(
                "SELECT id FROM exchange_message WHERE direction = 'out' AND kind = 'edoc'"
            ):
                wanted = {"", *(each["recipient_code"] for each in node.rows(
                    "SELECT recipient_code FROM dispatch WHERE message_id = ?", row["id"]
                ))}  # fmt: skip
                if missing := wanted - held[row["id"]]:
                    self.fault("missing receipt", (code, row["id"], sorted(missing)))

    def numbers(self) -> None:
        """Every register runs 1, 2, 3 … up to its last number; each number has its document."""
        numbered = defaultdict(list)
        for line in self.ledger:
            numbered[line["sender"]].append(line["number"])
        for code, node in self.by_code.items():
            for book in node.rows("SELECT * FROM register"):
                given = [
                    row["number"]
                    for row in node.rows(
                        "SELECT number FROM register_entry WHERE register_id = ?", book["id"]
                    )
                ]
                self.counts["numbers in registers"] += len(given)
                if len(given) != len(set(given)):
                    self.fault("number doubled", (code, book["name"]))
                if set(given) != set(range(1, book["last_number"] + 1)):
                    self.fault("number skipped", (code, book["name"]))
                table = "incoming" if book["kind"] == "incoming" else "outgoing"
                bare = node.rows(
                    f"SELECT number FROM register_entry e WHERE register_id = ? AND NOT EXISTS"  # noqa: S608 our own two names
                    f" (SELECT 1 FROM {table}_document d WHERE d.number_entry_id = e.id)",
                    book["id"],
                )
                if bare:
                    self.fault("number without document", (code, book["name"], len(bare)))
                if table == "outgoing" and sorted(given) != sorted(numbered[code]):
                    self.fault("numbers unlike the ledger", code)

    def chain(self, name: str, node: Node) -> None:
        """The audit chain, hashed anew."""
        previous = GENESIS
        for number, row in enumerate(node.rows("SELECT * FROM audit_entry ORDER BY sequence"), 1):
            at = row["at"].replace(" ", "T") + "+00:00"
            covered = [
                row["sequence"], at, row["tag"], row["person_id"], row["person_name"],
                row["agency_id"], row["subject_type"], row["subject_id"],
                json.loads(row["details"]), previous,
            ]  # fmt: skip
            text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if (
                row["sequence"] != number
                or hashlib.sha256(text.encode()).hexdigest() != row["hash"]
            ):
                self.fault("audit chain", (name, row["sequence"]))
                return
            previous = row["hash"]
            self.counts["audit entries"] += 1


def main(folder: str) -> int:
    audit = Audit(Path(folder))
    audit.run()
    kinds = Counter(kind for kind, _ in audit.faults)
    said = {"counts": audit.counts, "faults": kinds, "first": audit.faults[:20]}
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if audit.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
