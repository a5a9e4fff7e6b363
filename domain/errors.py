"""Typed refusals. A refusal carries a code and fields; it becomes words at the edge
(`blueprints/words.py`), so that the same rule reads the same on every screen."""


class Refusal(Exception):
    """The request is understood and refused; `code` names the rule, `fields` fill its sentence."""

    status = 422

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code, fields)
        self.code = code
        self.fields = fields


class Invalid(Refusal):
    """What was typed or uploaded cannot be accepted; `field` names the input, if any."""


class SignedOut(Refusal):
    """The person's session ended before this was sent."""

    status = 401


class Forbidden(Refusal):
    """The person's roles and relations do not allow this."""

    status = 403


class NotFound(Refusal):
    """No such thing, or nothing this person may know of."""

    status = 404


class Conflict(Refusal):
    """Somebody or something else was first: stale version, number taken, step already done."""

    status = 409


class Locked(Refusal):
    """Too many wrong attempts; `until` says when to try again."""

    status = 429


class Unavailable(Refusal):
    """A part we depend on is away or not installed; nothing is lost, it can be tried again."""

    status = 503
