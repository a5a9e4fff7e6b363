"""How gunicorn serves a node: one process with threads (SQLite and small offices; raise
VANTHU_WEB_WORKERS on PostgreSQL). `gunicorn -c deploy/gunicorn.conf.py`."""

import os

wsgi_app = "app:create_app()"
bind = os.environ.get("VANTHU_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("VANTHU_WEB_WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("VANTHU_WEB_THREADS", "8"))
preload_app = True
# The axis SDK makes a new connection pool for every call and leaves the sockets open.
keepalive = 2
timeout = 120
graceful_timeout = 20
# The axis carries its arguments in headers, the list of recipients twice: 600 of them exceed the
# usual 8190 bytes, and the HTML of a 400 is a lost answer for the SDK. As MAX_SIGNED_TEXT there.
limit_request_field_size = 256 * 1024
limit_request_fields = 64
accesslog = None
control_socket_disable = True
