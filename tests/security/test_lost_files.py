"""Stored files that the disk no longer has whole: pages and downloads say so in words, also where
pictures of the pages were made in better days, and no entry tells of bytes nobody got."""

import pytest
from sqlalchemy import func, select, update

from domain.exchange_flow import TransportState
from models.agencies import Agency
from models.audit import AuditEntry
from models.exchange import Direction, ExchangeMessage, MessageKind
from models.outgoing import OutgoingDocument
from services.incoming.arrival import ArrivalFile
from services.outgoing import Upload
from services.unit_of_work import transaction
from tests.conftest import PASSWORD
from tests.incoming.arrivals import arrive, clock
from tests.incoming.test_registering import scan
from tests.outgoing.drafts import drafted
from tests.visitor import Visitor

__all__ = ["arrive", "clock"]
LOST = "Tệp lưu trên máy chủ bị mất hoặc hỏng"


def delete(path) -> None:
    path.unlink()


def overwrite(path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 of somebody else")


damages = pytest.mark.parametrize("damage", [delete, overwrite])


@pytest.fixture
def visit(node):
    return lambda username: Visitor(node, username, PASSWORD)


def views(office) -> int:
    office.session().rollback()
    tagged = AuditEntry.tag == "document:view_file"
    return office.session().scalar(select(func.count(AuditEntry.sequence)).where(tagged))


@damages
@pytest.mark.parametrize("seen_before", [False, True])
def test_a_documents_page_says_that_its_file_is_lost(
    office, actor, arrive, visit, damage, seen_before
):
    document_id = drafted(office, actor("st.chuyenvien"))
    written = office.session().get(OutgoingDocument, document_id).prepared_sha256
    came = arrive(files=[ArrivalFile(name="quet.pdf", data=scan())])
    places = {
        "st.chuyenvien": (f"outgoing/{document_id}", written),
        "st.vanthu": (f"incoming/{came.id}", came.main.sha256),
    }
    for username, (address, sha256) in places.items():
        visitor, file = visit(username), f"/documents/{address}/{sha256}"
        if seen_before:
            assert LOST not in visitor.get(f"/{address}").text
        damage(office.files.path(sha256))
        page = visitor.get(f"/{address}").text
        assert LOST in page
        assert f"{sha256}/pages/" not in page
        assert LOST in visitor.get(f"{file}/pages/1.webp", status=503).text
        assert LOST in visitor.get(f"{file}/file", status=503).text
    assert views(office) == 0


@damages
def test_the_page_says_so_of_an_enclosure_that_is_only_downloaded(office, arrive, visit, damage):
    files = [ArrivalFile(name="a.pdf", data=scan()), ArrivalFile(name="b.txt", data=b"chu")]
    came, clerk = arrive(files=files), visit("st.vanthu")
    assert LOST not in clerk.get(f"/incoming/{came.id}?paper=2").text
    damage(office.files.path(came.papers[1].sha256))
    assert LOST in clerk.get(f"/incoming/{came.id}?paper=2").text
    assert LOST not in clerk.get(f"/incoming/{came.id}").text


def test_a_file_that_is_no_good_is_told_from_one_that_is_lost(arrive, visit):
    came = arrive(files=[ArrivalFile(name="hong.pdf", data=b"%PDF-1.7 and nothing more")])
    page = visit("st.vanthu").get(f"/incoming/{came.id}").text
    assert "Tệp PDF bị hỏng, không mở được." in page
    assert LOST not in page


def test_where_pictures_cannot_be_kept_they_are_shown_all_the_same(office, arrive, visit):
    (office.settings.data_dir / "pages").write_bytes(b"no folder can be made here")
    came, clerk = arrive(files=[ArrivalFile(name="quet.pdf", data=scan())]), visit("st.vanthu")
    picture = f"/documents/incoming/{came.id}/{came.main.sha256}/pages/1.webp"
    assert picture in clerk.get(f"/incoming/{came.id}").text
    assert clerk.get(picture).data[8:12] == b"WEBP"


@damages
def test_placing_fields_on_a_lost_upload_is_refused_in_words(office, actor, visit, damage):
    sent = {"source": "file", "file": Upload("quet.pdf", scan())}
    document_id = drafted(office, actor("st.chuyenvien"), **sent)
    uploaded = office.session().get(OutgoingDocument, document_id).versions[0].pdf_sha256
    officer, places = visit("st.chuyenvien"), f"/outgoing/{document_id}/places"
    officer.get(places)
    damage(office.files.path(uploaded))
    assert LOST in officer.get(places, status=503).text
    for intent in ("save", "preset-low"):
        answer = officer.submit(places, {"intent": intent}, page="/outgoing/")
        assert answer.status_code == 503


@damages
def test_a_lost_package_is_not_handed_out_nor_noted_as_seen(office, actor, visit, damage):
    with transaction(office, actor("st.vanthu")) as work:
        message = ExchangeMessage(
            agency_id=work.actor.agency_id,
            direction=Direction.IN,
            kind=MessageKind.EDOC,
            state=TransportState.DELIVERED,
            payload_sha256=work.store(b"<package/>", "application/xml"),
            created_at=work.now,
        )
        work.session.add(message)
    raw, clerk = f"/exchange/messages/{message.id}/raw", visit("st.vanthu")
    assert clerk.get(raw).data == b"<package/>"
    damage(office.files.path(message.payload_sha256))
    assert LOST in clerk.get(raw, status=503).text
    assert views(office) == 1


def test_a_lost_picture_of_the_seal_is_refused_in_words(office, actor, visit):
    with transaction(office, actor("st.quantri")) as work:
        sha256 = work.store(b"\x89PNG", "image/png")
        ours = Agency.id == work.actor.agency_id
        work.session.execute(update(Agency).where(ours).values(seal_sha256=sha256))
    delete(office.files.path(sha256))
    assert LOST in visit("st.quantri").get("/admin/agency/seal.png", status=503).text
