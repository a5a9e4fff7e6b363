"""The time that a signature will bear. It stands in the request's row before the first attempt: who
makes the signature again after a death makes the same bytes, and nothing is left of the first.

It is the moment at which the person authorised the signature with their PIN, if the signature
follows at once. One that waited for a token, a service or a worker bears a new time instead, fixed
in its row as well: the time of signing that NĐ 30/2020 asks for (Phụ lục I, phần I, mục II.8) is
never further than TRUE_FOR from when the signature was made.
"""

from datetime import datetime, timedelta

from domain.roles import SYSTEM
from models.copies import CopySigning
from models.signing import SigningRequest
from services import outbox
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import transaction

TRUE_FOR = timedelta(minutes=5)


def fix(office: Office, lease: Lease, request: SigningRequest | CopySigning) -> datetime:
    """The time for this attempt, written down under the lease where it is a new one."""
    if abs(office.now() - request.signing_at) <= TRUE_FOR:  # a clock may have been set back
        return request.signing_at
    kind, request_id = type(request), request.id
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        row = work.session.get_one(kind, request_id, populate_existing=True)
        row.signing_at = at = work.now
    return at
