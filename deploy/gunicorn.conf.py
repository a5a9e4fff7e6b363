"""How gunicorn serves a node: one process with threads for people; a hub, called by machines, has
one for each core. `gunicorn -c deploy/gunicorn.conf.py`."""

import json
import os
import signal

from gunicorn import util

wsgi_app = "app:create_app()"
bind = os.environ.get("VANTHU_BIND", "127.0.0.1:8000")
is_hub = os.environ.get("VANTHU_ROLE") == "hub"
cores = min(len(os.sched_getaffinity(0)), 4) if hasattr(os, "sched_getaffinity") else 1
workers = int(os.environ.get("VANTHU_WEB_WORKERS", cores if is_hub else 1))
worker_class = "gthread"
# On a hub calls may wait for news; each of them sits on a thread of its own.
waiters = int(os.environ.get("VANTHU_WAITERS", "16")) * is_hub
threads = int(os.environ.get("VANTHU_WEB_THREADS", "8")) + waiters
preload_app = True
# The axis SDK makes a new connection pool for every call and leaves the sockets open.
keepalive = 2
# Of the process: a thread may be at a package of 1 GB for as long as bytes travel.
timeout = 120
graceful_timeout = 20
# Seconds without a byte, one way or the other, after which a call of the axis is given up.
stalled = float(os.environ.get("VANTHU_STALLED_SECONDS", "60"))
# The axis carries its arguments in headers, the list of recipients twice: 600 of them exceed the
# usual 8190 bytes, and the HTML of a 400 is a lost answer for the SDK. As MAX_SIGNED_TEXT there.
limit_request_field_size = 256 * 1024
limit_request_fields = 64
accesslog = None
control_socket_disable = True


def refuse(sock, status, reason, message) -> None:
    """What gunicorn itself refuses never reaches the program. A hub's callers are machines: a page
    would be a lost answer for the SDK of the axis. Codes as in adapters/axis/errors.py."""
    if status in (414, 431):
        code, words = "21", "Khong xu ly duoc tep: header qua dai hoac qua nhieu"
    else:  # tried again by a node of ours: a request may have been torn on the way
        code, words = "20", "May chu khong doc duoc loi goi HTTP"
    answer = {"status": "FAIL", "ErrorCode": code, "ErrorDesc": words, "DocId": "", "data": ""}
    body = json.dumps(answer)
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    util.write_nonblock(sock, (head + body).encode("ascii"))


if is_hub:
    util.write_error = refuse


def pre_request(worker, req) -> None:
    """A caller that stops in the midst of a package gives its thread back."""
    if req.path.startswith("/axis"):
        req.unreader.sock.settimeout(stalled)


def post_worker_init(worker) -> None:
    """Calls that wait are answered when the process is asked to end: a restart must not wait."""
    from services.hub import waiting  # noqa: PLC0415  the program is not there yet above

    def leave(number, frame) -> None:
        waiting.close()
        worker.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, leave)
