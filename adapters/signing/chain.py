"""Proof beside a file that is never touched: a chain of manifests, each stamped by an authority.

A manifest names the file and all evidence by SHA-256, and the manifest and time stamp before it. So
the newest time stamp vouches for everything older: a stamp is good as long as its certificate was
valid when the next was made (after the idea of RFC 4998). Manifests are only ever added.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.signing.timestamps import Revocations, Stamp, StampRefused, check, imprint
from domain.errors import Invalid

VERSION = 1


@dataclass(frozen=True)
class Manifest:
    """What one step of the chain vouches for; all SHA-256 in hex."""

    file: str
    collected_at: datetime
    certificates: tuple[str, ...] = ()
    ocsps: tuple[str, ...] = ()
    crls: tuple[str, ...] = ()
    previous: str = ""  # the manifest before
    stamp: str = ""  # and its time stamp

    def to_bytes(self) -> bytes:
        """The same bytes for the same content, for ever."""
        told = {
            "version": VERSION,
            "digest": "sha256",
            "file": self.file,
            "collected_at": self.collected_at.isoformat(),
            "certificates": list(self.certificates),
            "ocsps": list(self.ocsps),
            "crls": list(self.crls),
            "previous": self.previous,
            "stamp": self.stamp,
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """Invalid("manifest-broken") for what is none."""
        try:
            told = json.loads(data)
            if told.pop("version") != VERSION or told.pop("digest") != "sha256":
                raise Invalid("manifest-broken")
            at = datetime.fromisoformat(told.pop("collected_at"))
            lists = {name: tuple(told.pop(name)) for name in ("certificates", "ocsps", "crls")}
            return cls(collected_at=at, **lists, **told)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid("manifest-broken") from error


@dataclass(frozen=True)
class Step:
    """A manifest's bytes and the time stamp over them (DER); no stamp yet is an empty one."""

    manifest: bytes
    stamp: bytes = b""


@dataclass(frozen=True)
class Proof:
    """What a chain proves at a moment: that the file and its evidence existed at `at`. `problem`
    says why not, or not earlier. `stamps` are the good ones, oldest first."""

    at: datetime | None = None
    problem: str = ""
    stamps: tuple[Stamp, ...] = field(default=())


Read = Callable[[str], bytes]  # evidence by its SHA-256


def prove(
    file: str, steps: Sequence[Step], roots: Sequence[bytes], moment: datetime, read: Read
) -> Proof:
    """Judges a chain, oldest step first. Problems: "manifest-broken", "manifest-other-file",
    "manifest-not-linked", "manifest-unstamped", and what `check` refuses."""
    try:
        manifests = _linked(file, steps)
    except Invalid as broken:
        return Proof(problem=broken.code)
    good: list[Stamp] = []
    problem = "manifest-unstamped"
    for index in reversed(range(len(steps))):
        if not steps[index].stamp:
            continue
        later = manifests[index + 1] if index + 1 < len(steps) else None
        try:
            stamp = check(
                steps[index].stamp,
                imprint(steps[index].manifest),
                roots,
                moment,
                _about_authority(later, read),
            )
        except StampRefused as refused:
            problem = refused.code
            break  # what older ones say rests on this
        good.append(stamp)
        moment, problem = stamp.at, ""
    return Proof(good[-1].at if good else None, problem, tuple(reversed(good)))


def _linked(file: str, steps: Sequence[Step]) -> list[Manifest]:
    manifests = [Manifest.from_bytes(step.manifest) for step in steps]
    before = ("", "")
    for step, manifest in zip(steps, manifests, strict=True):
        if manifest.file != file:
            raise Invalid("manifest-other-file")
        if (manifest.previous, manifest.stamp) != before:
            raise Invalid("manifest-not-linked")
        before = (_digest(step.manifest), _digest(step.stamp) if step.stamp else "")
    return manifests


def _about_authority(manifest: Manifest | None, read: Read) -> Revocations | None:
    if manifest is None:
        return None
    return Revocations(
        crls=[read(each) for each in manifest.crls],
        ocsps=[read(each) for each in manifest.ocsps],
        certificates=[read(each) for each in manifest.certificates],
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
