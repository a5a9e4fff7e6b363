"""Counting together: buckets of calls that fill evenly, kept by the queue server for all processes
of a hub. It may be emptied or away at any time: then nobody is refused for it, the caller counts
for itself."""

import time

import redis
import structlog

log = structlog.get_logger()
AWAY_PAUSE = 5.0
WAIT = 0.2
MINUTE = 60
# A clock that is behind another machine's neither fills the bucket nor sets its time back.
TAKE = """
local held = redis.call('HMGET', KEYS[1], 'left', 'since')
local most, now, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local left, since = tonumber(held[1] or most), tonumber(held[2] or now)
left = math.min(most, left + math.max(now - since, 0) * most / tonumber(ARGV[4]))
local given = math.min(wanted, math.floor(left))
redis.call('HSET', KEYS[1], 'left', left - given, 'since', math.max(now, since))
redis.call('EXPIRE', KEYS[1], 2 * tonumber(ARGV[4]))
return given
"""


class SharedBuckets:
    """Thread-safe, and good after a fork. After a failure the server is left alone for a few
    seconds."""

    def __init__(self, redis_url: str) -> None:
        server = redis.Redis.from_url(redis_url, socket_timeout=WAIT, socket_connect_timeout=WAIT)
        self._take = server.register_script(TAKE)
        self._away_until = 0.0

    def take(self, name: str, most: int, wanted: int, now: float) -> int | None:
        """Up to `wanted` calls out of the bucket `name`, which holds `most` and fills in a minute:
        how many there were; None while the server is away. One round trip."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return int(self._take(keys=[f"bucket:{name}"], args=[most, now, wanted, MINUTE]))
        except redis.RedisError as error:
            self._away_until = time.monotonic() + AWAY_PAUSE
            log.warning("counting alone", error=type(error).__name__)
            return None
