"""Assignments on incoming documents: handed on, started, reported on, completed, acknowledged."""

from services.assignments.actions import available, perform
from services.assignments.queries import listing, may_answer, officers, one

__all__ = ["available", "listing", "may_answer", "officers", "one", "perform"]
