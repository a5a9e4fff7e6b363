"""Moments and ages as a report writes and reads them: UTC, whole seconds."""

from datetime import UTC, datetime


def written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def read(text: str | None) -> datetime | None:
    """Raises ValueError for a day that no month has."""
    return datetime.fromisoformat(text) if text else None


def seconds(since: datetime | None, now: datetime) -> int:
    return max(int((now - since).total_seconds()), 0) if since else 0
