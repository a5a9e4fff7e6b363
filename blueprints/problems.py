"""What stands in the way of a package, in words. A problem is kept as `code` or `code:detail`; that
of an axis as `axis:<its code>:<its words>`."""

from blueprints.words import REFUSALS, Words, words
from domain.errors import Refusal


def problem(text: str | None) -> Words | None:
    """The reason and the next step for a kept problem; None for none."""
    if not text:
        return None
    code, _, detail = text.partition(":")
    if code == "axis":
        number, _, said = detail.partition(":")
        named = f"axis-refused-{number}"
        code = named if named in REFUSALS else "axis-refused"
        return words(Refusal(code, number=number, said=said))
    return words(Refusal(code, reason=detail, namespace=detail, detail=detail))


def problem_text(text: str | None) -> str:
    said = problem(text)
    return f"{said.reason} {said.next_step}".strip() if said else ""
