"""Who signs the packages of this node; nobody, unless its operator has given it a key."""

from adapters.edxml.signing import Signer
from services.office import Office


def signer(office: Office) -> Signer | None:
    """Raises Invalid("package-key-unusable")."""
    pem = office.settings.package_key
    return Signer.from_pem(pem) if pem else None
