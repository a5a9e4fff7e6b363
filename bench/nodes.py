"""A thousand simulated nodes in one process on loopback: most answer at once, some slowly, some
take the call and never answer, some are not there. `python -m bench.nodes PORT` serves until
killed."""

import asyncio
import hashlib
import json
import re
import sys
from contextlib import suppress

from adapters.federation import signing
from services.federation.moments import written
from services.office import utc_now

NODES = 1000
DEAD, HANGING, SLOW = 50, 25, 25  # the first of them, in this order
SLOW_SECONDS = 8.0
STATUSES = 20
REQUEST = re.compile(rb"GET /node/([0-9]+)/\S*cursor=([0-9]+)\S*counters=([0-9a-f]*)")
NONCE = re.compile(rb"(?i)" + signing.NONCE.encode() + rb": ([0-9a-f]{32})")


def code_of(number: int) -> str:
    return f"000.{number // 100:02d}.{number % 100:02d}.H97"


def secret_of(number: int) -> str:
    return f"bi-mat-{number}"


def address_of(number: int, port: int) -> str:
    """Dead ones are where nobody listens."""
    return f"http://127.0.0.1:{9 if number < DEAD else port}/node/{number}"


def report(number: int, cursor: int, known: str) -> bytes:
    """What a node of usual size tells; after the first time the statuses since."""
    now, code = written(utc_now()), code_of(number)
    version = hashlib.sha256(code.encode()).hexdigest()
    empty = {"count": 0, "oldest_at": None}
    queue = {"due": 0, "oldest_seconds": 0, "held": 0, "parked": 0}
    queues = ("exchange", "inspection", "signing")
    day = {"incoming": 3, "outgoing": 2, "completed": 1}
    figures = {
        "incoming": {"states": {"arrived": 4, "done": 900}, "overdue": 1},
        "outgoing": {"states": {"dispatched": 700}},
        "transport": {"delivered": 2000},
        "business": {"03": 1500},
        "today": day,
        "months": [{"month": f"2026-{month:02d}"} | day for month in range(12, 0, -1)],
    }
    told = {
        "node": {"protocol": 1, "software": "vanthu", "role": "district", "agencies": [code],
                 "at": now},
        "health": {
            "at": now,
            "database": {"ok": True, "kind": "sqlite"},
            "workers": [{"queue": name, "alive": True, "seen_at": now} for name in queues],
            "queues": [{"queue": name} | queue for name in queues],
            "undelivered": {"out": empty, "at_hub": empty, "failed": empty, "in": empty},
        },
        "counters": {"version": version, "figures": None if known == version else figures},
        "statuses": {
            "cursor": cursor, "next_cursor": cursor + STATUSES, "more": False,
            "items": [_status(sequence, code, now)
                      for sequence in range(cursor + 1, cursor + STATUSES + 1)],
        },
        "audit_head": {"sequence": cursor + STATUSES, "hash": version, "known": None},
    }  # fmt: skip
    return json.dumps(told).encode()


def _status(sequence: int, code: str, now: str) -> dict:
    return {
        "sequence": sequence,
        "at": now,
        "event": "delivered",
        "kind": "edoc",
        "direction": "out",
        "document": f"{code},2026/11/23,{sequence}/UBND",
        "agency": code,
        "peers": ["000.00.31.H48"],
        "code": None,
    }


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        number, cursor, known = REQUEST.match(head).groups()
        number = int(number)
        if number < DEAD + HANGING:
            await asyncio.sleep(3600)
        if number < DEAD + HANGING + SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        body = report(number, int(cursor), known.decode())
        nonce = NONCE.search(head).group(1).decode()
        proof = signing.sign_answer(nonce, secret_of(number), 200, body)
        headers = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{signing.ANSWER}: {proof}\r\n"
        writer.write(headers.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        await writer.drain()
    writer.close()


async def main(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
