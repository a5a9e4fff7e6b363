"""How far the signatures of a file are preserved, in words: the mark on its document's page, what
is kept beside it, and the same for the evidence and the sheet of a check."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from blueprints.filters import day, moment, number
from blueprints.words import words
from blueprints.words.preservation import BESIDE, LEVELS, STANDINGS
from domain.errors import Refusal
from domain.preservation import Level
from services.preservation.levels import State
from services.preservation.telling import Told

KILOBYTE = 1024


def mark(state: State | None, archive_url: str = "") -> dict | None:
    """For the page of a document; nothing for a file whose signatures do not hold, or that has
    none. `archive_url`: where its archive form is, if it has one and this reader may get it."""
    if state is None or state.level is None:
        return None
    label, meaning, tone = _level(state)
    return {
        "label": str(label),
        "meaning": str(meaning),
        "tone": "plain" if state.level == Level.B else tone,
        "waits": waits(state),
        "facts": _facts(state),
        "archive_url": archive_url if state.row is not None and state.row.archive_sha256 else "",
    }


def _level(state: State) -> tuple:
    row = state.row
    beside = state.level == Level.LTA and row is not None and not row.archive_sha256
    return BESIDE if beside else LEVELS[state.level]


def waits(state: State) -> str:
    """What is still to come and why it has not; empty where nothing is awaited."""
    if not state.missing:
        return ""
    wanted = {
        Level.B: _("Cần bổ sung dấu thời gian."),
        Level.T: _("Cần bổ sung bằng chứng thu hồi."),
        Level.LT: _("Cần bổ sung dấu thời gian trùm lên bằng chứng."),
    }.get(state.level, "")
    return f"{wanted} {words(Refusal(state.missing)).reason}".strip()


def kept(told: Told) -> list[tuple[str, str]]:
    """All that is kept beside a file, as labels and values."""
    state = told.state
    stamps = [
        (_("Dấu thời gian %(n)s", n=index), _stamp(each.at, each.authority, each.ends))
        for index, each in enumerate(told.stamps, 1)
    ]
    return [
        (_("Mức lưu"), str(_level(state)[0]) if state.level else ""),
        (_("Còn chờ"), waits(state)),
        *stamps,
        (_("Tệp chắc chắn có từ"), moment(told.proven_at)),
        (_("Vướng mắc"), words(Refusal(told.problem)).reason if _hurts(told) else ""),
        (_("Tình trạng thu hồi"), _standing(state)),
        (_("Bằng chứng đã lưu"), _evidence(dict(told.evidence), told.collected_at)),
        (_("Bản lưu lâu dài"), _archive(told)),
    ]


def as_json(told: Told) -> dict:
    """The same as codes and facts."""
    state, row = told.state, told.state.row
    return {
        "level": state.level,
        "missing": state.missing,
        "standing": row.standing if row else "unknown",
        "proven_at": _iso(told.proven_at),
        "stamps_valid_until": _iso(row.stamp_ends) if row else None,
        "problem": told.problem,
        "collected_at": _iso(told.collected_at),
        "evidence": {kind: list(digests) for kind, digests in told.evidence},
        "stamps": [
            {
                "at": _iso(each.at),
                "authority": each.authority,
                "valid_until": _iso(each.ends),
                "sha256": each.sha256,
            }
            for each in told.stamps
        ],
        "archive": {"sha256": told.archive.sha256, "size": told.archive.size}
        if told.archive
        else None,
    }


def _facts(state: State) -> list[tuple[str, str]]:
    row = state.row
    if row is None:
        return []
    return [
        (_("Dấu bên cạnh tệp"), moment(row.stamped_at) if row.stamped_at else _("chưa có")),
        (_("Hiệu lực đến"), _renewed(row.stamp_ends)),
        (_("Tình trạng thu hồi"), _standing(state)),
        (_("Bản lưu lâu dài"), _("có") if row.archive_sha256 else ""),
        (_("Xem xét lần cuối"), moment(row.checked_at)),
    ]


def _renewed(ends: datetime | None) -> str:
    return _("%(day)s, tự gia hạn trước đó", day=day(ends)) if ends else ""


def _stamp(at: datetime, authority: str, ends: datetime) -> str:
    return _("%(at)s, do %(who)s cấp, chứng thư đến %(day)s",
             at=moment(at), who=authority, day=day(ends))  # fmt: skip


def _standing(state: State) -> str:
    return str(STANDINGS.get(state.row.standing, "")) if state.row else ""


def _evidence(found: Mapping, at: datetime | None) -> str:
    if not at or not any(found.values()):
        return ""
    counts = {kind: len(digests) for kind, digests in found.items()}
    told = [
        _("%(n)s chứng thư", n=counts["certificates"]) if counts["certificates"] else "",
        _("%(n)s câu trả lời OCSP", n=counts["ocsps"]) if counts["ocsps"] else "",
        _("%(n)s danh sách thu hồi", n=counts["crls"]) if counts["crls"] else "",
    ]
    return _("%(what)s; thu thập %(at)s", what=", ".join(filter(None, told)), at=moment(at))


def _archive(told: Told) -> str:
    if told.archive is None:
        return ""
    size = number(-(-told.archive.size // KILOBYTE))
    return _("có, %(size)s KB; SHA-256 %(sha)s", size=size, sha=told.archive.sha256)


def _hurts(told: Told) -> bool:
    """That the chain has no stamp yet is told as what is awaited."""
    return bool(told.problem) and told.problem != "manifest-unstamped"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
