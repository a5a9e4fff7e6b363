"""Every right, role and audit tag has words."""

from datetime import UTC, date, datetime

from blueprints.words import words
from blueprints.words.actions import ACTION_NAMES
from blueprints.words.roles import ROLE_NAMES
from blueprints.words.tags import SUBJECT_NAMES, tag_name
from domain.audit_tags import AUDIT_TAGS
from domain.errors import Forbidden, Locked
from domain.permissions import ACTIONS
from domain.roles import Role
from models.base import Base


def test_every_right_and_every_role_has_a_name():
    assert set(ACTION_NAMES) == ACTIONS
    assert set(ROLE_NAMES) == set(Role)


def test_every_audit_tag_has_a_name(node):
    with node.test_request_context("/"):
        assert sorted(tag for tag in AUDIT_TAGS if tag_name(tag).lower() == tag.lower()) == []


def test_named_subjects_of_the_audit_chain_are_tables():
    assert set(SUBJECT_NAMES) <= set(Base.metadata.tables)


def test_a_refusal_names_moments_in_vietnams_time_and_rights_in_words(node):
    with node.test_request_context("/"):
        until = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
        assert "23/11/2026 03:30" in words(Locked("login-locked", until=until)).reason
        crossed = words(Locked("dates-crossed", since=date(2026, 2, 1))).reason
        assert "(01/02/2026)" in crossed
        assert "cấp số" in words(Forbidden("not-allowed", action="outgoing:issue")).reason
