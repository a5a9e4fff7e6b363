"""Signing with a person's own token: what waits for it, documents and copies alike, the program on
the person's computer, the desktop program of the certificate authority."""

from services.tokens.waiting import abandon, expire, shown

__all__ = ["abandon", "expire", "shown"]
