"""How much of a message we are ready to take: bounds in bytes and counts."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """`total_bytes` is the sum of the decoded attachments; `text_bytes` that of all other texts."""

    message_bytes: int = 120 * MIB
    attachment_bytes: int = 50 * MIB
    total_bytes: int = 200 * MIB
    text_bytes: int = 16 * MIB
    attachments: int = 200
    elements: int = 200_000
    depth: int = 32


# For a reader that keeps the files elsewhere as they come: what it holds in memory stays the same.
STREAMED = Limits(message_bytes=2048 * MIB, attachment_bytes=1280 * MIB, total_bytes=2048 * MIB)
