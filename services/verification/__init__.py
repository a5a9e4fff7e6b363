"""The results of checking a document's signatures: shown, checked again, given out as evidence."""

from services.verification.again import check_again, recheck
from services.verification.examined import Examined, open_examined
from services.verification.printing import Sheet, print_sheet
from services.verification.strangers import Answer, check_stranger

__all__ = [
    "Answer",
    "Examined",
    "Sheet",
    "check_again",
    "check_stranger",
    "open_examined",
    "print_sheet",
    "recheck",
]
