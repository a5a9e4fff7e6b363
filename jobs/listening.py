"""The process that listens at the hubs (services/exchange/listening.py): a thread for each hub, for
each call there waits."""

import threading
import time

import structlog

from jobs import context
from services.exchange import listening

log = structlog.get_logger()
LOOK_AGAIN = 10.0  # seconds: a line may have been added
TROUBLE = 15.0


def run() -> None:
    """Serves for ever."""
    threads: dict[int, threading.Thread] = {}
    while True:
        try:
            with context.open_office() as office:
                wanted = listening.hubs(office)
        except Exception:
            log.exception("lines not read")
            wanted = []
        for lead_id in wanted:
            if lead_id not in threads or not threads[lead_id].is_alive():
                ear = listening.Ear(lead_id)
                threads[lead_id] = threading.Thread(target=_listen, args=(ear,), daemon=True)
                threads[lead_id].start()
        time.sleep(LOOK_AGAIN)


def _listen(ear: listening.Ear) -> None:
    """Until the line is not its hub's first any more."""
    while True:
        try:
            with context.open_office() as office:
                if ear.lead_id not in listening.hubs(office):
                    return
                listening.listen(office, ear)
            time.sleep(ear.pause)
        except Exception:
            log.exception("listening failed", line=ear.lead_id)
            time.sleep(TROUBLE)
