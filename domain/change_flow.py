"""The life of a change to a document that was sent: it is asked for, and the recipient agrees or
refuses (edXML: packages of kind 1, 2 and 3, status 13; answers 15 and 16)."""

from enum import StrEnum

from domain.flow import Flow, Step


class ChangeKind(StrEnum):
    """`revoke` (thu hồi) binds the recipient, who must cancel the document (QĐ 28/2018, Điều 9;
    NĐ 30/2020, Điều 18.4); the others ask."""

    REVOKE = "revoke"
    TAKE_BACK = "take_back"
    UPDATE = "update"
    REPLACE = "replace"
    # An update of nothing but who else has the document: it tells, it does not ask.
    RECEIVERS = "receivers"


class ChangeState(StrEnum):
    WAITING = "waiting"  # came before the document that it is about
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    # Nothing was asked: the document had not left, or a newer change took this one's place.
    CANCELLED = "cancelled"
    TOLD = "told"


S = ChangeState
_ASKED = frozenset({S.ASKED})
_OPEN = frozenset({S.WAITING, S.ASKED})

CHANGE_FLOW: Flow[S] = Flow(
    "change",
    (
        Step("agree", _ASKED, S.AGREED),
        # The document never came, but its update brings all of it.
        Step("take", frozenset({S.WAITING}), S.AGREED),
        Step("refuse", _ASKED, S.REFUSED, frozenset({"reason"})),
        # What binds is done at once; what was asked of another is answered by a status.
        Step("agreed", _ASKED, S.AGREED, by_system=True),
        Step("refused", _ASKED, S.REFUSED, by_system=True),
        Step("cancelled", _OPEN, S.CANCELLED, by_system=True),
        Step("came", frozenset({S.WAITING}), S.ASKED, by_system=True),
        Step("told", _OPEN, S.TOLD, by_system=True),
    ),
)
