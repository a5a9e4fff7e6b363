"""Which of the files that came together can bear a signature, and which belongs to which."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.enclosures import SIGNATURE_TYPE

PDF_TYPE = "application/pdf"
SIGNATURE_ENDINGS = (".p7s", ".p7m")
OFFICE_ENDINGS = (
    ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".dotx", ".xltx",
    ".odt", ".ods", ".odp",
)  # fmt: skip


@dataclass(frozen=True)
class NamedFile:
    """One of the files that came together."""

    name: str
    media_type: str
    sha256: str

    @property
    def is_pdf(self) -> bool:
        return self.media_type == PDF_TYPE or self.name.lower().endswith(".pdf")

    @property
    def is_signature(self) -> bool:
        named = self.name.lower().endswith(SIGNATURE_ENDINGS)
        return named or self.media_type == SIGNATURE_TYPE

    @property
    def is_office(self) -> bool:
        return self.name.lower().endswith(OFFICE_ENDINGS)

    def may_sign(self, files: Sequence["NamedFile"]) -> list["NamedFile"]:
        """The files it may belong to, the one of the same name first."""
        others = [each for each in files if each is not self and not each.is_signature]
        stem = self.name.lower().rpartition(".")[0]
        return sorted(others, key=lambda each: each.name.lower() != stem)


def may_be_signed(name: str, media_type: str) -> bool:
    """Whether a file of this name can bear a signature, so that it is worth a look."""
    file = NamedFile(name, media_type, "")
    return file.is_pdf or file.is_signature or file.is_office
