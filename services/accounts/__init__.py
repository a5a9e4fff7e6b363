"""Accounts: signing in and out, sessions, the appointment a person acts in, their own profile."""

from services.accounts.passwords import hash_password, password_matches
from services.accounts.people import appoint, create_person, held_on
from services.accounts.posts import holders, in_office
from services.accounts.profile import (
    account_of,
    change_language,
    change_password,
    edit_profile,
)
from services.accounts.sessions import (
    actor_of,
    end_all,
    end_others,
    end_session,
    find_session,
    live_sessions,
    sign_out,
    switch_appointment,
    touch,
)
from services.accounts.signing_in import sign_in

__all__ = [
    "account_of",
    "actor_of",
    "appoint",
    "change_language",
    "change_password",
    "create_person",
    "edit_profile",
    "end_all",
    "end_others",
    "end_session",
    "find_session",
    "hash_password",
    "held_on",
    "holders",
    "in_office",
    "live_sessions",
    "password_matches",
    "sign_in",
    "sign_out",
    "switch_appointment",
    "touch",
]
