"""Certified copies: asked for, approved, numbered in a register of their own, signed or printed."""

from services.copies.actions import perform
from services.copies.drafting import create
from services.copies.queries import listing, load
from services.copies.signing import forget_expired, sign

__all__ = ["create", "forget_expired", "listing", "load", "perform", "sign"]
