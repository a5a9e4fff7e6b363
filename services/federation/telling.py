"""The job `federation_tell`: a node that nobody can ask tells every hub it has a line to. Nothing
of how far the telling has come is kept here: the hub says it each time."""

import json

from adapters.federation import addresses
from adapters.federation.asking import PAGES
from adapters.federation.errors import NotAnswered
from adapters.federation.telling import HubTeller
from domain.roles import SYSTEM
from models.agencies import HubLink
from services import outbox
from services.exchange import links
from services.federation import handouts, scope
from services.federation.report import report
from services.office import Office
from services.outbox import Lease
from services.unit_of_work import transaction

NOT_THIS_LINE = ("federation-site-unknown", "federation-account-locked")


def tell(office: Office, lease: Lease, transport=None) -> None:
    """Over the first line to each hub whose system the hub keeps as a node. Raises LeaseLost."""
    problems = []
    for hub in dict.fromkeys(link.endpoint for link in scope.lines(office)):
        try:
            _tell_hub(office, hub, transport)
        except NotAnswered as error:
            problems.append(error.problem)
    with transaction(office, SYSTEM) as work:
        if problems:
            outbox.postpone(work, lease, problems[0])
        else:
            outbox.settle(work, lease)


def _tell_hub(office: Office, hub: str, transport) -> None:
    refused = NotAnswered("hub-link-missing")
    for link in [each for each in scope.lines(office) if each.endpoint == hub]:
        try:
            return _tell(office, link, transport)
        except NotAnswered as error:
            refused = error
            if error.problem not in NOT_THIS_LINE:
                break
    raise refused


def _tell(office: Office, link: HubLink, transport) -> None:
    told_of, secret = scope.of_line(office, link), links.secret_of(office, link)
    address = addresses.of_hub(link.endpoint)
    office.session().rollback()
    with HubTeller(
        address, told_of.system_id, secret, clock=office.now, transport=transport
    ) as hub:
        reach = hub.known()
        for _ in range(PAGES):
            made = report(office, told_of, reach["cursor"], reach["counters"] or "", reach["head"])
            handouts.keep(office, told_of, "report", json.dumps(made, ensure_ascii=False))
            reach = hub.tell(made)
            if not made["statuses"]["more"]:
                break
