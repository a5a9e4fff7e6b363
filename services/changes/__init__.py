"""Changes to documents that were sent: what we ask of recipients, what senders ask of us, and what
each of them does to the document."""

from services.changes.answering import available, perform

__all__ = ["available", "perform"]
