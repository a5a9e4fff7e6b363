"""Copies that wait for a person, as conditions of SQL: for counts and for the list that shows the
same."""

from sqlalchemy import ColumnElement, and_

from domain.copy_flow import CopyState
from domain.permissions import Relation, allowing
from domain.roles import Actor
from models.copies import CertifiedCopy

S = CopyState


def conditions(actor: Actor) -> dict[str, ColumnElement[bool]]:
    """By the list's tab: what the actor is to approve, what the clerk is to number and sign."""
    mine = CertifiedCopy.agency_id == actor.agency_id
    found = {}
    if allowing(actor, "copy:approve", {Relation.SIGNER, Relation.DELEGATE}):
        laid_before = CertifiedCopy.signer_id == actor.appointment_id
        found["requested"] = and_(mine, laid_before, CertifiedCopy.state == S.REQUESTED)
    if allowing(actor, "copy:sign", {Relation.AGENCY}):
        found["approved"] = and_(mine, CertifiedCopy.state.in_([S.APPROVED, S.NUMBERED]))
    return found
