"""The job `federation_ask`: asks every node that can be asked, or one of them, and writes the
answers as they come. Those that answered last time are asked first, so that the dead delay nobody.
"""

from collections.abc import Sequence

from sqlalchemy import select

from adapters.federation import asking
from adapters.federation.asking import Ask, Told, Way
from domain.roles import SYSTEM
from models.federation import NodeSite
from models.hub import HubAccount
from services import outbox
from services.federation import reports
from services.hub import accounts
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import transaction

ALL = 0


def ask(office: Office, lease: Lease, way: Way | None = None) -> None:
    """`lease.subject_id` is a site, or ALL. Raises LeaseLost."""
    asks = targets(office, lease.subject_id)
    for answers in asking.ask_all(asks, way or Way(office.now)):
        _write(office, lease, answers)
    with transaction(office, SYSTEM) as work:
        outbox.settle(work, lease)


def _write(office: Office, lease: Lease, answers: Sequence[Told]) -> None:
    with transaction(office, SYSTEM) as work:
        outbox.renew(work, lease)
        reports.note(work, answers)


def targets(office: Office, site_id: int = ALL) -> list[Ask]:
    """Nodes with an address whose system is not locked out; nothing stays open while they are
    asked."""
    query = (
        select(NodeSite, HubAccount)
        .join(HubAccount, HubAccount.system_id == NodeSite.system_id)
        .where(NodeSite.address != "", HubAccount.is_locked.is_(False))
        .order_by(NodeSite.failures, NodeSite.id)
    )
    if site_id != ALL:
        query = query.where(NodeSite.id == site_id)
    found = [_ask(office, site, account) for site, account in office.session().execute(query)]
    office.session().rollback()
    return found


def _ask(office: Office, site: NodeSite, account: HubAccount) -> Ask:
    return Ask(
        key=site.id,
        address=site.address,
        system_id=site.system_id,
        secrets=tuple(accounts.secrets_of(office, account)),
        cursor=site.cursor,
        counters=site.counters_version,
        head=site.head_sequence,
    )
