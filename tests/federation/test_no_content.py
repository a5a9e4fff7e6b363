"""No subject, no content, no name of a person reaches a hub. A node is filled with marked texts
wherever people or senders can write, then every answer is searched for them; and the described
shape has no place where a text could stand."""

import json
import re
from contextlib import suppress

from sqlalchemy import select

from adapters.federation import schema
from domain.errors import Refusal
from domain.roles import SYSTEM
from models.agencies import Agency, Person
from models.audit import AuditEntry
from models.exchange import Direction, Dispatch, ExchangeMessage, MessageKind, Route, StatusEvent
from models.federation import Handout
from models.incoming import IncomingDocument
from models.outgoing import OutgoingDocument
from services import incoming, outgoing
from services.unit_of_work import transaction
from tests.conftest import find_actor
from tests.federation.conftest import BINH_SON, ROOT, SON_TINH, call
from tests.federation.test_node_api import SHAPES
from tests.incoming.arrivals import arrival
from tests.outgoing.drafts import letter

MARK = "DẤU-MẬT"
TEXT = f"{MARK} khen thưởng ông Nguyễn Văn Mẫu"


def fill(node) -> None:
    """Every column that holds words holds the mark: documents in and out, statuses, packages,
    audit entries; the tags of the feed with everything a detail can say."""
    with node.session() as session:
        officer = find_actor(node.office, "st.chuyenvien")
        outgoing.create(node.office, officer, letter(node.office, officer, subject=TEXT, body=TEXT))
        with transaction(node.office, SYSTEM) as work:
            agency = session.scalars(select(Agency).where(Agency.code == SON_TINH)).one()
            for uid in (TEXT, f"000.00.31.H48,2026/11/20,{MARK}"):
                incoming.arrive(work, agency, arrival(
                    document_uid=uid, subject=TEXT, sender_name=TEXT, signer_name=TEXT,
                    signer_position=TEXT, number=MARK, notation=MARK, type_name=TEXT,
                ))  # fmt: skip
            mark_rows(work, agency)
        with suppress(Refusal):
            outgoing.create(node.office, officer, {"subject": TEXT})


def mark_rows(work, agency: Agency) -> None:
    document = work.session.scalars(select(OutgoingDocument)).first()
    document.reference = document.notation = document.search_text = TEXT[:100]
    document.document_uid = TEXT
    arrived = work.session.scalars(select(IncomingDocument)).first()
    arrived.refusal_reason = arrived.closing_note = arrived.note = TEXT
    message = ExchangeMessage(
        agency_id=agency.id, direction=Direction.OUT, kind=MessageKind.EDOC, peer_code=MARK,
        document_uid=TEXT, problem=TEXT, created_at=work.now,
    )  # fmt: skip
    work.session.add(message)
    work.session.flush()
    dispatch = Dispatch(
        document_id=document.id, message_id=message.id, recipient_code=BINH_SON, problem=TEXT,
        recipient_name=TEXT, route=Route.HUB, queued_at=work.now, business_state="03",
    )  # fmt: skip
    work.session.add(dispatch)
    work.session.flush()
    event = StatusEvent(
        dispatch_id=dispatch.id, code="03", at=work.now, staff=TEXT, department=TEXT,
        description=TEXT, recorded_at=work.now,
    )  # fmt: skip
    work.session.add(event)
    said = {"reason": TEXT, "problem": TEXT, "by": TEXT, "text": TEXT}
    for subject in (document, arrived, message):
        work.audit("exchange:sent", subject, recipients=[BINH_SON, TEXT], **said)
        work.audit("exchange:failed", subject, recipient=TEXT, **said)
        work.audit("exchange:parked", subject, **said)
        work.audit("exchange:resumed", subject, **said)
        work.audit("exchange:delivered", subject, recipient=TEXT, **said)
        work.audit("exchange:refused", subject, sender=TEXT, document_uid=TEXT, **said)
        work.audit("exchange:status_in", subject, code="03", recipient=TEXT, **said)
        work.audit("exchange:recipient_refused", subject, code=TEXT, recipient=BINH_SON, **said)
        work.audit("exchange:status_out", subject, code="03", to=TEXT, **said)
        work.audit("exchange:cancelled", subject, recipient=TEXT, **said)
        for tag in ("came", "agreed", "refused", "waiting", "told"):
            work.audit(f"change:{tag}", subject, kind=TEXT, peer=TEXT, to=TEXT, **said)
        work.audit("outgoing:take_back", subject, recipient=TEXT, to=BINH_SON, **said)
        work.audit("outgoing:revoke", subject, recipients=[TEXT, BINH_SON], **said)
        work.audit("incoming:withdraw", subject, kind=TEXT, **said)


def answers(node) -> list[str]:
    return [call(node.url, f"{ROOT}/{name}").text for name in SHAPES]


def test_no_marked_text_and_no_name_is_in_any_answer(node):
    fill(node)
    told = answers(node)
    assert len(json.loads(told[-1])["statuses"]["items"]) > 20
    with node.session() as session:
        people = session.execute(select(Person.full_name, Person.username)).all()
        kept = session.scalars(select(Handout.body)).all()
        assert MARK in str(session.scalars(select(AuditEntry.details)).all())
    words = {MARK, "khen", "Mẫu", *(each for person in people for each in person)}
    assert len(words) > 15
    for answer in [*told, *kept]:
        said = answer + json.dumps(json.loads(answer), ensure_ascii=False)
        assert not [word for word in words if word in said]


def texts(value) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_every_text_handed_out_is_a_code_a_time_or_an_id(node):
    fill(node)
    plain = re.compile(r"[0-9A-Za-zĐƯƠÂĂÊÔ.,:/_-]*")
    for answer in answers(node):
        assert [t for t in texts(json.loads(answer)) if not plain.fullmatch(t)] == []


def strings(kind):
    """Every description of a text in the schemas."""
    if isinstance(kind, list):
        for each in kind:
            yield from strings(each)
    if isinstance(kind, dict):
        if "string" in str(kind.get("type", "")):
            yield kind
        yield from strings(list(kind.values()))


def test_the_described_shapes_have_no_room_for_words():
    for name, kind in schema.SCHEMAS.items():
        if name == "Refusal":
            continue
        assert kind["additionalProperties"] is False
        for text in strings(kind):
            assert "enum" in text or (text["pattern"][0] == "^" and " " not in text["pattern"])
