"""What pages cost: compressed bytes over the wire, SQL statements in the process."""

import gzip

from sqlalchemy import event

from app import create_app
from demo.browser import Browser
from demo.nodes import RunningNode
from extensions import db


def first_visit(browser: Browser, address: str) -> tuple[int, int]:
    """Bytes (compressed) and requests of a first visit: page, styles, scripts, icons."""
    page = browser.open(address)
    tree = page.tree
    parts = [link.get("href") for link in tree.xpath("//link[@rel='stylesheet' or @rel='icon']")]
    scripts = tree.xpath("//script")
    parts += [script.get("src") for script in scripts]
    parts += [script.get("data-local") for script in scripts if script.get("data-local")]
    size = len(gzip.compress(page.text.encode()))
    size += sum(len(gzip.compress(browser.download(part))) for part in parts)
    return size, 1 + len(parts)


def statements(node: RunningNode, username: str, password: str, addresses: list[str]) -> dict:
    """SQL statements of each page, counted in a second process of the same node."""
    app = create_app(node.settings(), wake=lambda queue, item_id: None)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/account/login", data={"username": username, "password": password})
    counts, seen = {}, []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    for address in addresses:
        seen.clear()
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        counts[address] = len(seen)
    return counts
