"""Work of the whole node that comes again and again at the pace of its settings."""

from collections.abc import Mapping

from sqlalchemy import select, update

from domain.roles import SYSTEM
from models.exchange import OutboxItem, OutboxState
from services.office import Office
from services.unit_of_work import Work, transaction

WHOLE_NODE = 0


def ensure(office: Office, queue: str, pace: Mapping[str, int]) -> None:
    """Each kind of `pace` has its one item, repeated after so many seconds; 0 ends it. Cheap when
    all is so already: the sweeper asks often."""
    query = select(OutboxItem.kind, OutboxItem.repeat_seconds).where(*_alive(pace))
    found = dict(office.session().execute(query).all())
    office.session().rollback()
    if found == {kind: seconds for kind, seconds in pace.items() if seconds}:
        return
    with transaction(office, SYSTEM) as work:
        for kind, seconds in pace.items():
            if seconds:
                _keep(work, queue, kind, seconds)
            else:
                _set(work, kind, state=OutboxState.DONE, finished_at=work.now)


def _alive(kinds) -> tuple:
    return (
        OutboxItem.kind.in_(list(kinds)),
        OutboxItem.subject_id == WHOLE_NODE,
        OutboxItem.state == OutboxState.DUE,
        OutboxItem.repeat_seconds > 0,
    )


def _keep(work: Work, queue: str, kind: str, seconds: int) -> None:
    # Two processes may both have seen it missing.
    if work.session.scalar(select(OutboxItem.id).where(*_alive([kind]))):
        _set(work, kind, repeat_seconds=seconds, due_at=work.now)
    else:
        work.enqueue(queue, kind, WHOLE_NODE, repeat_seconds=seconds)
        work.session.flush()


def _set(work: Work, kind: str, **values: object) -> None:
    statement = update(OutboxItem).where(*_alive([kind])).values(**values)
    work.session.execute(statement.execution_options(synchronize_session=False))
