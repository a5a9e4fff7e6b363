"""Outgoing documents: drafting, the one door of their flow, lists and pages."""

from services.outgoing.access import available_steps
from services.outgoing.actions import edit, perform
from services.outgoing.drafting import create
from services.outgoing.form import DraftForm, Upload
from services.outgoing.placing import place
from services.outgoing.queries import Filters, listing, load, load_with_files, open_draft

__all__ = [
    "DraftForm",
    "Filters",
    "Upload",
    "available_steps",
    "create",
    "edit",
    "listing",
    "load",
    "load_with_files",
    "open_draft",
    "perform",
    "place",
]
