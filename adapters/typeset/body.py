"""The body of a document as typed, cut into paragraphs the layout knows: grounds in italics, the
ordering line centred, article labels in bold (NĐ 30/2020, Phụ lục I and III)."""

import re
import unicodedata

_GROUND = re.compile(r"(Căn cứ|Theo đề nghị|Xét đề nghị|Thực hiện Nghị quyết)\b")
_ARTICLE = re.compile(r"(Điều \d+[a-z]?\.)(\s.*)?$", re.S)
_SECTION = re.compile(r"(Chương|Phần|Mục) [IVXLC\d]+\.?$")
_ROMAN = re.compile(r"[IVX]+\. ")


def clean(text: str) -> str:
    """NFC, with control characters dropped (a form may carry any byte) and inner line ends kept."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def paragraphs(body: str) -> list[dict[str, str]]:
    """One item a line: `kind` command | ground | article | plain, `lead` (bold label), `text`."""
    lines = [" ".join(line.split()) for line in clean(body).split("\n")]
    decision = any(_is_command(line) for line in lines)
    return [_item(line, decision) for line in lines if line]


def _item(line: str, decision: bool) -> dict[str, str]:
    if _is_command(line) or _SECTION.match(line):
        return {"kind": "command", "lead": "", "text": line}
    if decision and _GROUND.match(line):
        return {"kind": "ground", "lead": "", "text": line}
    if article := _ARTICLE.match(line):
        return {"kind": "article", "lead": article[1], "text": article[2] or ""}
    if _ROMAN.match(line) and line.isupper():
        return {"kind": "article", "lead": line, "text": ""}
    return {"kind": "plain", "lead": "", "text": line}


def _is_command(line: str) -> bool:
    # "QUYẾT ĐỊNH:", "CHỦ TỊCH ỦY BAN NHÂN DÂN HUYỆN ..." stand alone, in capitals.
    return line.isupper() and len(line) <= 120 and line[0].isalpha() and not _ROMAN.match(line)
