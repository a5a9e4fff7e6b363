"""By whose authority a document is signed: the lines above the signature (NĐ 30/2020, Điều 13 and
Phụ lục I, phần I, mục II.7)."""

_DEPUTY = "phó "


def authority_lines(authority: str, title: str, head_title: str = "") -> tuple[str, ...]:
    """The lines for a signer of this `title`.

    `authority` is the collective body ("TM. ỦY BAN NHÂN DÂN"), empty for an agency its head leads
    alone. `head_title` is given when a deputy signs for the head (KT.).
    """
    own = title.upper()
    lines = [f"KT. {head_title.upper()}", own] if head_title else [own]
    return (authority, *lines) if authority else tuple(lines)


def by_order(head_title: str, title: str) -> tuple[str, ...]:
    """The lines of who signs by order of the head (TL.), as the chief of office does copies."""
    return f"TL. {head_title.upper()}", title.upper()


def title_of_head(deputy_title: str) -> str:
    """The head's title from a deputy's, when no head is appointed: Phó Chủ tịch → Chủ tịch."""
    bare = deputy_title.strip()
    return bare[len(_DEPUTY) :] if bare.lower().startswith(_DEPUTY) else bare
