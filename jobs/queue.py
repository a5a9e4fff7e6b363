"""Waking workers through RQ. The queue may be away: the sweeper wakes again, pages never wait."""

import time

import redis
import structlog
from rq import Queue

log = structlog.get_logger()
AWAY_PAUSE = 5.0
WAIT = 0.5
ENOUGH = 200  # wake-ups in a queue: more would only cost, the sweeper comes again
FULL_PAUSE = 0.5  # seconds until a full queue is looked at again
# Here one wake-up is good for all that is due (jobs/outbox.py): one for each worker is enough.
GOES_ON = frozenset({"exchange", "signing", "inspection"})
ENOUGH_THERE = 4
LONGEST_JOB = 12 * 3600  # seconds: 1.4 GB over a poor line; one that stands still ends in minutes


class Waker:
    """Puts one id on a queue. After a failure it keeps quiet for a few seconds, so that a dead
    queue server costs a page at most one short wait; a full queue is left alone for a moment, so
    that waking a backlog is not a question to the server for each of its items."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=WAIT, socket_connect_timeout=WAIT
        )
        self._away_until = 0.0
        self._full_until: dict[str, float] = {}

    def __call__(self, queue: str, item_id: int) -> None:
        if time.monotonic() < max(self._away_until, self._full_until.get(queue, 0.0)):
            return
        try:
            waiting = Queue(queue, connection=self._redis)
            if self._is_full(queue, waiting.count):
                return
            waiting.enqueue_call(
                "jobs.outbox.run",
                args=(item_id,),
                timeout=LONGEST_JOB,
                result_ttl=0,
                failure_ttl=0,
                ttl=3600,
            )
        except redis.RedisError as error:
            self._away_until = time.monotonic() + AWAY_PAUSE
            log.warning("queue away", error=type(error).__name__)

    def _is_full(self, queue: str, count: int) -> bool:
        if queue in GOES_ON:  # always counted: what waits there may be over in a moment
            return count >= ENOUGH_THERE
        if count >= ENOUGH:
            self._full_until[queue] = time.monotonic() + FULL_PAUSE
        return count >= ENOUGH
