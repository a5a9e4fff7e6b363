"""Asking authorities about revocation on behalf of this node: answers that were verified serve
everybody for an hour, and no file takes more than a bounded time."""

import time
from datetime import datetime, timedelta

from sqlalchemy import select

from adapters.files import DamagedFile
from adapters.signing.evidence import OCSP_TYPE, Question
from adapters.signing.outside import SLOW, Call, NotAnswered, Sources, ask
from models.preservation import AuthorityAnswer
from services.office import Office
from services.unit_of_work import Work

PATIENCE, OF_ONE = 20.0, 5.0  # seconds for all questions about a file, and for one
LARGEST = {"ocsp": 64 * 1024, "crl": 32 * 1024 * 1024}
ANSWER_TYPES = {"ocsp": "application/ocsp-response", "crl": "application/pkix-crl"}
SERVES = timedelta(hours=1)


class NodeAnswers:
    """Answers for one job (`evidence.Answers`). What was verified is written by `remember`."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._sources = Sources.parse(office.settings.revocation_sources)
        self._until = time.monotonic() + PATIENCE
        self._new: list[tuple[Question, bytes, datetime | None]] = []
        self._known: set[str] = set()

    def ask(self, question: Question) -> bytes:
        known = self._remembered(question)
        if known is not None:
            self._known.add(question.key)
            return known
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotAnswered(SLOW)
        url, private = self._sources.place_of(question.url)
        return ask(
            Call(
                url,
                question.body,
                {"Content-Type": OCSP_TYPE} if question.body else {},
                min(left, OF_ONE),
                LARGEST[question.kind],
                private,
            )
        )

    def keep(self, question: Question, answer: bytes, until: datetime | None) -> None:
        if question.key not in self._known:
            self._new.append((question, answer, until))

    def remember(self, work: Work) -> None:
        """Writes what was newly verified."""
        for question, answer, until in self._new:
            sha256 = work.store(answer, ANSWER_TYPES[question.kind])
            query = select(AuthorityAnswer).where(AuthorityAnswer.key == question.key)
            row = work.session.scalars(query).one_or_none()
            if row is None:
                row = AuthorityAnswer(key=question.key, url=question.url[:500])
                work.session.add(row)
            row.answer_sha256, row.fetched_at, row.good_until = sha256, work.now, until
        self._new.clear()

    def _remembered(self, question: Question) -> bytes | None:
        now, session = self._office.now(), self._office.session()
        query = select(AuthorityAnswer).where(
            AuthorityAnswer.key == question.key, AuthorityAnswer.fetched_at > now - SERVES
        )
        row = session.scalars(query).one_or_none()
        session.rollback()  # no transaction stays open while the network is asked
        if row is None or (row.good_until is not None and row.good_until <= now):
            return None
        try:
            return self._office.files.read(row.answer_sha256)
        except (DamagedFile, FileNotFoundError):
            return None
