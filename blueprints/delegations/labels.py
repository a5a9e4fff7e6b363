"""Delegations in words: their form, their state, and as a choice of signer."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from domain.copies import DELEGATED
from domain.delegation import RULES, DelegationForm
from domain.permissions import Relation, allowing
from extensions import current_actor, office
from models.delegations import Delegation
from services import delegations

FORMS = {
    DelegationForm.ORDERED: _l("Thừa lệnh (TL.)"),
    DelegationForm.ENTRUSTED: _l("Thừa ủy quyền (TUQ.)"),
}


def state(delegation: Delegation, today: date) -> tuple[str, str]:
    """Words and tone of how it stands on this day."""
    if delegation.ended_on:
        return _("Đã thôi"), "plain"
    if delegation.valid_from > today:
        return _("Chưa đến ngày"), "wait"
    if delegation.valid_to and delegation.valid_to < today:
        return _("Hết hạn"), "plain"
    return _("Đang ủy quyền"), "good"


def line(delegation: Delegation) -> str:
    """As in “TL. Chủ tịch”, with “KT. Chánh Văn phòng” where it was passed on."""
    first = f"{RULES[DelegationForm(delegation.form)].abbreviation} {delegation.grantor.title}"
    passed = delegation.passed_from
    return f"{first}, KT. {passed.holder.title}" if passed else first


def signers() -> list[tuple[str, str]]:
    """Who may be chosen to sign by delegation today: values and labels of the draft's list."""
    found = delegations.offered(office().session(), current_actor().agency_id, office().today())
    drafted = [each for each in found if set(each.types) - {DELEGATED}]
    return [(f"{each.holder_id}-{each.id}", _signer(each)) for each in drafted]


def _signer(delegation: Delegation) -> str:
    holder, types = delegation.holder, ", ".join(delegation.types)
    return f"{holder.person.full_name}, {holder.title} ({line(delegation)}: {types})"


def desk() -> dict:
    """What whoever signs sees of authority they gave or hold."""
    actor, today = current_actor(), office().today()
    found = delegations.concerning(office(), actor)
    return {
        "delegated": [{"it": d, "state": state(d, today), "line": line(d)} for d in found],
        "own_appointment": actor.appointment_id,
        "may_end": allowing(actor, "delegation:end", {Relation.AGENCY}) is not None,
    }
