"""Telling the other processes of a node that something has come, through the queue server. A bell
that nobody hears is no loss: whoever waits looks for itself now and then."""

import json
import time
from collections.abc import Callable, Iterable

import redis
import structlog

log = structlog.get_logger()
CHANNEL = "vanthu:come"
AWAY_PAUSE = 5.0
WAIT = 0.2
LISTEN_SECONDS = 30.0


class Bell:
    """Thread-safe, and good after a fork. After a failure the server is left alone for a few
    seconds."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._server = redis.Redis.from_url(
            redis_url, socket_timeout=WAIT, socket_connect_timeout=WAIT
        )
        self._away_until = 0.0

    def ring(self, codes: Iterable[str]) -> None:
        """Tells all who listen that something has come for these codes."""
        if time.monotonic() < self._away_until:
            return
        try:
            self._server.publish(CHANNEL, json.dumps(sorted(codes)))
        except redis.RedisError as error:
            self._away_until = time.monotonic() + AWAY_PAUSE
            log.warning("nobody told", error=type(error).__name__)

    def listen(self, heard: Callable[[list[str]], None]) -> None:
        """Calls `heard` with the codes of every ring, for ever."""
        while True:
            try:
                self._listen(heard)
            except (redis.RedisError, ValueError) as error:
                log.warning("nothing heard", error=type(error).__name__)
                time.sleep(AWAY_PAUSE)

    def _listen(self, heard: Callable[[list[str]], None]) -> None:
        with redis.Redis.from_url(self._url).pubsub(ignore_subscribe_messages=True) as line:
            line.subscribe(CHANNEL)
            while True:
                message = line.get_message(timeout=LISTEN_SECONDS)
                if message is not None:
                    heard(json.loads(message["data"]))
