"""Who may sign for the head of an agency, under which form (NĐ 30/2020, Điều 13). A deputy of the
head signs KT. by appointment alone and a collective body is named by TM.; both need no delegation.
Everybody else signs only by one of the two forms here, within its dates and kinds of documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.errors import Forbidden, Invalid
from domain.roles import Role


class DelegationForm(StrEnum):
    ENTRUSTED = "tuq"  # thừa ủy quyền
    ORDERED = "tl"  # thừa lệnh


@dataclass(frozen=True)
class Rule:
    """`longest`: such a delegation must end within so many days; `is_passed_on`: its holder may let
    a deputy of their own sign for them (KT.)."""

    abbreviation: str
    article: str
    holders: frozenset[Role]
    longest: int | None
    is_passed_on: bool


GRANTORS = frozenset({Role.LEADER})  # the head, nobody else
UNIT_HEADS = frozenset({Role.UNIT_HEAD, Role.CHIEF_OF_OFFICE})
DEPUTIES = frozenset({Role.OFFICER})  # a unit's deputy has a title, no role
RULES = {
    # Điều 13.3: in special cases, written, limited in time and content, never handed on.
    DelegationForm.ENTRUSTED: Rule("TUQ.", "Điều 13.3", UNIT_HEADS, 366, False),
    # Điều 13.4: some kinds of documents, by the working regulation; may be passed to a deputy.
    DelegationForm.ORDERED: Rule("TL.", "Điều 13.4", UNIT_HEADS, None, True),
}


@dataclass(frozen=True)
class Post:
    """What the rule asks of an appointment."""

    role: Role
    unit_id: int
    person_id: int


@dataclass(frozen=True)
class Grant:
    """A delegation as it is to be made. `passed_from`: the post whose own delegation is passed."""

    form: DelegationForm
    grantor: Post
    holder: Post
    types: Sequence[str]
    since: date
    until: date | None
    passed_from: Post | None = None


def check(grant: Grant) -> None:
    """Raises Invalid: delegation-grantor, delegation-holder, delegation-types, dates-crossed,
    delegation-endless, delegation-too-long(limit), delegation-handed-on, delegation-deputy."""
    rule = RULES[grant.form]
    if grant.grantor.role not in GRANTORS:
        raise Invalid("delegation-grantor", field="grantor_id")
    if not grant.types:
        raise Invalid("delegation-types", field="types")
    _check_dates(grant, rule)
    if grant.passed_from is not None:
        _check_passed_on(grant, rule, grant.passed_from)
    elif grant.holder.role not in rule.holders or grant.holder.person_id == grant.grantor.person_id:
        raise Invalid("delegation-holder", field="holder_id")


def _check_dates(grant: Grant, rule: Rule) -> None:
    if grant.until is not None and grant.until < grant.since:
        raise Invalid("dates-crossed", field="until", since=grant.since)
    if rule.longest is None:
        return
    if grant.until is None:
        raise Invalid("delegation-endless", field="until")
    if grant.until - grant.since > timedelta(days=rule.longest):
        raise Invalid("delegation-too-long", field="until", limit=rule.longest)


def _check_passed_on(grant: Grant, rule: Rule, head: Post) -> None:
    if not rule.is_passed_on:
        raise Invalid("delegation-handed-on", field="passed_from_id")
    holder = grant.holder
    beside = holder.unit_id == head.unit_id and holder.person_id != head.person_id
    if not beside or holder.role not in DEPUTIES:
        raise Invalid("delegation-deputy", field="holder_id")


def check_use(
    types: Sequence[str], since: date, until: date | None, ended: date | None, type_name: str,
    day: date,
) -> None:  # fmt: skip
    """Whether a delegation carries a document of this kind on this day. `ended`: the day on which
    it was ended early. Raises Forbidden: delegation-not-yet(since), delegation-over(until),
    delegation-ended(ended), delegation-other-type(type_name)."""
    if ended is not None and ended <= day:
        raise Forbidden("delegation-ended", ended=ended)
    if day < since:
        raise Forbidden("delegation-not-yet", since=since)
    if until is not None and until < day:
        raise Forbidden("delegation-over", until=until)
    if type_name not in types:
        raise Forbidden("delegation-other-type", type_name=type_name)


def lines(form: DelegationForm, head: str, own: str, unit_head: str = "") -> tuple[str, ...]:
    """The lines above the signature (Phụ lục I, phần I, mục II.7): "TL. CHỦ TỊCH", then the
    signer's title; for a unit's deputy "KT. CHÁNH VĂN PHÒNG" between. `unit_head` is the title of
    whose delegation was passed on."""
    first = f"{RULES[form].abbreviation} {head.upper()}"
    between = (f"KT. {unit_head.upper()}",) if unit_head else ()
    return (first, *between, own.upper())
