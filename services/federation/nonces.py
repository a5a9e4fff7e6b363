"""Each signed request is taken once. What was spent is kept for longer than a time stamp holds, in
the database: several processes serve, and a restart must not forget."""

from sqlalchemy import delete, select

from adapters.federation.errors import Unproven
from domain.errors import Conflict
from domain.federation import WINDOW
from domain.roles import SYSTEM
from models.federation import SpentNonce
from services.office import Office
from services.unit_of_work import transaction


def spend(office: Office, system_id: str, nonce: str) -> None:
    """Raises Unproven("federation-replayed")."""
    try:
        with transaction(office, SYSTEM) as work:
            old = SpentNonce.at < work.now - 2 * WINDOW
            work.session.execute(delete(SpentNonce).where(old))
            same = select(SpentNonce.id).where(
                SpentNonce.system_id == system_id, SpentNonce.nonce == nonce
            )
            if work.session.scalar(same) is not None:
                raise Unproven("federation-replayed")
            work.session.add(SpentNonce(system_id=system_id, nonce=nonce, at=work.now))
    except Conflict:  # the same at the same moment in another process
        raise Unproven("federation-replayed") from None
