"""The own agency: its letterhead and its seal. The code is what others know it by: it is shown,
never edited."""

from collections.abc import Collection, Mapping

from adapters.signing import pictures
from domain.copies import MAY_BE_NAMED
from domain.errors import Invalid, NotFound
from domain.roles import Actor
from domain.text import nfc
from models.agencies import Agency
from services.accounts.profile import checked_email, checked_telephone
from services.admin import access, seen
from services.office import Office
from services.stored_files import read_file
from services.unit_of_work import transaction

TEXTS = {"name": 500, "notation": 100, "superior_name": 500, "authority": 100, "place": 100,
         "address": 500}  # fmt: skip
REQUIRED = ("name", "notation", "place")
# Small seals of organisations measure from 16 mm, a national one 42 mm; room for new rules.
SEAL_MM = (10.0, 60.0)


def load(office: Office, actor: Actor) -> Agency:
    access.require(actor)
    return office.session().get(Agency, actor.agency_id)


def edit(office: Office, actor: Actor, form: Mapping) -> None:
    """Letterhead and contacts; raises Invalid("name-missing"), ("email-wrong"),
    ("telephone-wrong"), Conflict("stale")."""
    access.require(actor)
    changes = letterhead(form)
    with transaction(office, actor) as work:
        agency = work.session.get(Agency, actor.agency_id)
        seen.require_same(agency, seen.AGENCY, form.get("seen"))
        for name, value in changes.items():
            setattr(agency, name, value)
        work.audit("admin:agency_edit", agency, **changes)


def letterhead(form: Mapping) -> dict[str, str]:
    """The checked texts of an agency's form."""
    texts = {name: nfc(form.get(name) or "")[:most] for name, most in TEXTS.items()}
    for name in REQUIRED:
        if not texts[name]:
            raise Invalid("name-missing", field=name)
    return texts | {
        "email": checked_email(form.get("email") or ""),
        "telephone": checked_telephone(form.get("telephone") or ""),
    }


def set_seal(office: Office, actor: Actor, png: bytes, size_mm: float, shown: str = "") -> None:
    """The picture of the seal and its real size (NĐ 30/2020, Phụ lục I, mục II.8). Without bytes
    only the size changes. Documents sealed before keep the seal they bear.

    Raises Invalid("seal-size-wrong"), ("image-missing") and those of `pictures.read_picture`,
    Conflict("stale").
    """
    access.require(actor)
    least, most = SEAL_MM
    if not least <= size_mm <= most:
        raise Invalid("seal-size-wrong", field="seal_mm", least=int(least), most=int(most))
    if png:
        pictures.read_picture(png)
    with transaction(office, actor) as work:
        agency = work.session.get(Agency, actor.agency_id)
        seen.require_same(agency, seen.SEAL, shown)
        if png:
            agency.seal_sha256 = work.store(png, "image/png")
        elif not agency.seal_sha256:
            raise Invalid("image-missing", field="image")
        agency.seal_mm = size_mm
        work.audit("admin:agency_edit", agency, seal=agency.seal_sha256, seal_mm=size_mm)


def set_copy_approvers(
    office: Office, actor: Actor, roles: Collection[str], shown: str = ""
) -> None:
    """Who besides the head may approve certified copies, by position (NĐ 30/2020, Điều 27). Raises
    Conflict("stale")."""
    access.require(actor)
    wanted = [role.value for role in MAY_BE_NAMED if role in set(roles)]
    with transaction(office, actor) as work:
        agency = work.session.get(Agency, actor.agency_id)
        seen.require_same(agency, seen.COPIES, shown)
        agency.copy_approvers = wanted
        work.audit("admin:agency_edit", agency, copy_approvers=wanted)


def seal_picture(office: Office, actor: Actor) -> bytes:
    """The picture of the own agency's seal, a PNG; raises NotFound, Unavailable("file-damaged")."""
    sha256 = load(office, actor).seal_sha256
    if not sha256:
        raise NotFound("not-found")
    return read_file(office, sha256)
