"""Accepting packages: once and only once, to all or to none, the bytes kept once."""

import threading

import pytest
from sqlalchemy import func, select

from adapters.axis.errors import AxisRefusal
from domain.errors import Conflict
from extensions import db
from models.audit import AuditEntry
from models.files import StoredFile
from models.hub import Delivery, HubMessage
from services import audit_chain
from services.hub import acceptance, deliveries
from tests.hub.packages import (
    BINH_MINH,
    BINH_SON,
    SON_TINH,
    TINH_HA,
    UID,
    accept,
    edoc,
    status,
    update,
)


def count(office, model) -> int:
    return office.session().scalar(select(func.count()).select_from(model))


def deliveries_of(office) -> dict[str, str]:
    rows = office.session().execute(select(Delivery.recipient_code, Delivery.state))
    return dict(rows.all())


def the_one(office) -> Delivery:
    return office.session().scalars(select(Delivery)).one()


def refused(act) -> AxisRefusal:
    with pytest.raises(AxisRefusal) as caught:
        act()
    return caught.value


def test_the_same_bytes_again_give_the_same_id_and_write_nothing(office):
    first = accept(office, SON_TINH, edoc())
    written = count(office, AuditEntry)
    assert accept(office, SON_TINH, edoc()) == first
    assert (count(office, HubMessage), count(office, Delivery)) == (1, 1)
    assert count(office, AuditEntry) == written


def test_the_payload_is_kept_once_whatever_the_number_of_recipients(office):
    accept(office, SON_TINH, edoc(to=(BINH_SON, BINH_MINH, TINH_HA)))
    assert (count(office, Delivery), count(office, StoredFile)) == (3, 1)
    assert len(list(office.settings.files_dir.rglob("*/*/*"))) == 1


def test_recipients_come_from_the_signed_header_before_the_package(office):
    accept(office, SON_TINH, edoc(to=(BINH_SON,)), "edoc", [BINH_MINH, TINH_HA, BINH_MINH])
    assert set(deliveries_of(office)) == {BINH_MINH, TINH_HA}


def test_the_same_bytes_to_one_more_recipient_add_one_delivery(office):
    first = accept(office, SON_TINH, edoc(), "edoc", [BINH_SON])
    assert accept(office, SON_TINH, edoc(), "edoc", [BINH_SON, BINH_MINH]) == first
    assert set(deliveries_of(office)) == {BINH_SON, BINH_MINH}
    assert count(office, HubMessage) == 1


def test_the_same_id_with_other_bytes_is_refused_loudly(office):
    accept(office, SON_TINH, edoc())
    refusal = refused(lambda: accept(office, SON_TINH, edoc(text="hai")))
    assert (refusal.code, refusal.fields) == ("axis-same-id-other-bytes", {"doc_id": UID})
    assert count(office, HubMessage) == 1


def test_the_same_id_with_other_bytes_is_welcome_by_recipients_that_have_not_got_it(office):
    first = accept(office, SON_TINH, edoc(), "edoc", [BINH_SON])
    other = accept(office, SON_TINH, edoc(text="hai"), "edoc", [BINH_MINH])
    assert other != first
    both = refused(lambda: accept(office, SON_TINH, edoc(text="ba"), "edoc", [BINH_MINH, TINH_HA]))
    assert both.code == "axis-same-id-other-bytes"
    assert TINH_HA not in deliveries_of(office)


def test_a_damaged_first_copy_does_not_stand_in_the_way_of_a_sound_one(office):
    accept(office, SON_TINH, edoc(text="hỏng"))
    deliveries.acknowledge(office, BINH_SON, the_one(office).doc_id, "fail")
    accept(office, SON_TINH, edoc(text="lành"))
    assert count(office, HubMessage) == 2


def test_the_same_bytes_after_a_failure_are_offered_once_more(office):
    first = accept(office, SON_TINH, edoc())
    deliveries.acknowledge(office, BINH_SON, the_one(office).doc_id, "fail")
    assert deliveries.waiting(office, BINH_SON, "edoc") == []
    assert accept(office, SON_TINH, edoc()) == first
    [delivery] = deliveries.waiting(office, BINH_SON, "edoc")
    assert (delivery.state, delivery.fetched_at, delivery.finished_at) == ("INITIAL", None, None)


def test_updates_and_statuses_may_bear_one_id_many_times(office):
    accept(office, SON_TINH, edoc())
    accept(office, SON_TINH, update("lần một"))
    accept(office, SON_TINH, update("lần hai"))
    for code in ("01", "03", "04"):
        accept(office, BINH_SON, status(code))
    assert count(office, HubMessage) == 6


def test_a_repetition_stays_accepted_when_the_recipient_was_locked_meanwhile(office, operator):
    from services.hub import directory

    first = accept(office, SON_TINH, edoc())
    [entry], _ = directory.listing(office, operator, BINH_SON)
    directory.set_locked(office, operator, entry.id, entry.version, True)
    assert accept(office, SON_TINH, edoc()) == first
    assert refused(lambda: accept(office, SON_TINH, edoc(text="hai"))).code == (
        "axis-recipient-locked"
    )


def test_a_former_code_reaches_the_agency_under_its_present_one(office):
    from models.hub import DirectoryEntry

    session = office.session()
    entry = session.scalars(select(DirectoryEntry).where(DirectoryEntry.code == BINH_SON)).one()
    entry.old_code = "000.31.H48"
    session.commit()
    accept(office, SON_TINH, edoc(), "edoc", ["000.31.H48", BINH_SON])
    assert set(deliveries_of(office)) == {BINH_SON}


def test_what_was_accepted_and_refused_stands_in_the_audit_chain(office):
    accept(office, SON_TINH, edoc())
    entry = office.session().scalars(select(AuditEntry).where(AuditEntry.tag == "hub:accept")).one()
    assert (entry.person_name, entry.details["recipients"]) == (SON_TINH, [BINH_SON])
    assert list(audit_chain.verify(office.session())) == []


def test_twenty_threads_with_the_same_package_make_one_message(hub_app, office):
    results, ready = [], threading.Barrier(20)

    def send() -> None:
        with hub_app.app_context():
            ready.wait()
            results.append(accept(office, SON_TINH, edoc(), "edoc", [BINH_SON, BINH_MINH]))
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20
    assert len(set(results)) == 1
    assert (count(office, HubMessage), count(office, Delivery)) == (1, 2)
    assert list(audit_chain.verify(office.session())) == []


def test_two_documents_with_one_id_at_the_same_moment_are_not_both_taken(hub_app, office):
    outcomes, ready = [], threading.Barrier(8)

    def send(number: int) -> None:
        with hub_app.app_context():
            ready.wait()
            try:
                accept(office, SON_TINH, edoc(text=f"bản {number}"))
                outcomes.append("accepted")
            except AxisRefusal as refusal:
                outcomes.append(refusal.code)
            db.session.remove()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted"] + ["axis-same-id-other-bytes"] * 7


def test_a_lost_race_between_processes_is_tried_again(office, monkeypatch):
    real, tries = acceptance._new_message, []

    def lose_once(work, *rest):
        tries.append(1)
        if len(tries) == 1:
            raise Conflict("stale")
        return real(work, *rest)

    monkeypatch.setattr(acceptance, "_new_message", lose_once)
    assert accept(office, SON_TINH, edoc())
    assert len(tries) == 2
