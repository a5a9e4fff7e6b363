"""A node as `serve.py` runs it, but impatient: what takes minutes in an office takes seconds here,
so that a campaign of minutes sees many dead workers' work taken over."""

from datetime import timedelta

from serve import run_web
from services import outbox
from services.exchange import circuits, listening
from worker import compose, supervise

outbox.LEASE, outbox.WAKE_AGAIN = timedelta(seconds=10), timedelta(seconds=2)
outbox.FIRST_PAUSE, outbox.LONGEST_PAUSE = 1, 10
circuits.FIRST_PAUSE, circuits.LONGEST_PAUSE = 1, 4
listening.AWAY = 2.0

if __name__ == "__main__":
    supervise(compose(), {"web": run_web})
