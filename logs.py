"""How the program logs: one line an event on standard output. Tracebacks come without local
variables, which hold PINs, passphrases and keys while they are used (law: never in a log)."""

import sys

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def configure() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=plain_traceback),
        ]
    )
