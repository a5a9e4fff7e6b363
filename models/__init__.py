"""Tables, one aggregate a file. Importing this package maps them all."""

from models import (
    agencies,
    assignments,
    audit,
    changes,
    directory_imports,
    exchange,
    federation,
    files,
    hub,
    incoming,
    outgoing,
    receipts,
    recipient_groups,
    reconciling,
    registers,
    signing,
    uplinks,
)
from models.base import Base

__all__ = [
    "Base",
    "agencies",
    "assignments",
    "audit",
    "changes",
    "directory_imports",
    "exchange",
    "federation",
    "files",
    "hub",
    "incoming",
    "outgoing",
    "receipts",
    "recipient_groups",
    "reconciling",
    "registers",
    "signing",
    "uplinks",
]
