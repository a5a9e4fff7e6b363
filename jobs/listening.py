"""The process that listens at the hubs (services/exchange/listening.py; on a hub at those above it,
services/hub/listening.py): a thread for each line, for each call there waits."""

import threading
import time
from types import ModuleType

import structlog

from jobs import context, outbox
from services.exchange import listening as of_node
from services.exchange.listening import Ear
from services.hub import listening as of_hub
from services.office import Office

log = structlog.get_logger()
LOOK_AGAIN = 10.0  # seconds: a line may have been added
TROUBLE = 15.0


def _side(office: Office) -> ModuleType:
    return of_hub if office.settings.is_hub else of_node


def lines() -> list[int]:
    """The lines to listen on; none while they cannot be read."""
    try:
        with context.open_office() as office:
            return _side(office).hubs(office)
    except Exception:
        log.exception("lines not read")
        return []


def run() -> None:
    """Serves for ever."""
    threads: dict[int, threading.Thread] = {}
    while True:
        for line_id in lines():
            if line_id not in threads or not threads[line_id].is_alive():
                threads[line_id] = threading.Thread(
                    target=_listen, args=(Ear(line_id),), daemon=True
                )
                threads[line_id].start()
        time.sleep(LOOK_AGAIN)


def _listen(ear: Ear) -> None:
    """Until the line is not its hub's first any more, or is closed."""
    while True:
        try:
            with context.open_office() as office:
                if ear.line_id not in _side(office).hubs(office):
                    return
                _side(office).listen(office, ear)
            began = time.monotonic()
            if ear.due is not None:
                item_id, ear.due = ear.due, None
                outbox.do(item_id)
            # While a long poll was done, what is to be gathered has gathered.
            time.sleep(max(0.0, ear.pause - (time.monotonic() - began)))
        except Exception:
            log.exception("listening failed", line=ear.line_id)
            time.sleep(TROUBLE)
