"""What a package proves of itself, and packages with files too large for memory."""

from dataclasses import replace

import pytest

from adapters.edxml.kept import Kept
from adapters.edxml.package import Attachment
from adapters.edxml.read import read_message
from domain.errors import Invalid
from models.exchange import Direction, ExchangeMessage
from models.files import StoredFile
from services.exchange import reading, signing_key
from tests.conftest import PASSWORD
from tests.edxml.signing_keys import ROOT_DER, SIGNER, SIGNER_PEM
from tests.exchange.conftest import BINH_SON, PDF, SON_TINH, arrivals, send_one
from tests.exchange.test_bad_packages import package, put_at_hub, received
from tests.visitor import Visitor

LARGE = PDF + bytes(range(256)) * (reading.SMALL // 170)


def test_the_signature_of_a_package_is_kept_and_told_on_its_documents_page(world):
    put_at_hub(world, package(signer=SIGNER))
    put_at_hub(world, package(document_id="van-ban-2", signer=SIGNER).replace(b"12", b"13", 1))
    put_at_hub(world, package(document_id="van-ban-3"))
    world.a.poll()
    states = [m.evidence and m.evidence["state"] for m in received(world)]
    assert states == ["valid", "broken", None]
    clerk = Visitor(world.a.app, "bs.vanthu", PASSWORD)
    pages = [clerk.get(f"/incoming/{each.id}").text for each in arrivals(world.a, BINH_SON)]
    assert "Chữ ký XML của Trục huyện Sơn Tịnh khớp nội dung (rsa-sha256)." in pages[0]
    assert "Không rõ ai cấp chứng thư số" in pages[0]
    assert "không khớp nội dung: gói tin đã đổi sau khi ký" in pages[1]
    assert "Chữ ký XML" not in pages[2]
    message = received(world)[0]
    assert "khớp nội dung" in clerk.get(f"/exchange/messages/{message.id}").text


def test_a_signature_under_a_trusted_root_is_told_as_such(world, monkeypatch):
    monkeypatch.setattr(reading.trust, "roots", lambda session: [ROOT_DER])
    put_at_hub(world, package(signer=SIGNER))
    world.a.poll()
    assert received(world)[0].evidence["is_trusted"] is True


def test_a_node_with_a_key_signs_what_it_sends(world):
    settings = replace(world.a.office.settings, package_key=SIGNER_PEM)
    object.__setattr__(world.a.office, "settings", settings)
    send_one(world.a, BINH_SON, [SON_TINH])
    world.exchange()
    (message,) = world.a.all(ExchangeMessage, ExchangeMessage.direction == Direction.OUT)
    sent = world.a.office.files.read(message.payload_sha256)
    assert b"<Signature xmlns=" in sent
    taken = world.b.all(ExchangeMessage, ExchangeMessage.direction == Direction.IN)
    assert taken[0].evidence["state"] == "valid"


def test_a_key_of_no_use_is_told_when_it_is_needed(world):
    office = replace(world.a.office, settings=replace(world.a.office.settings, package_key=b"x"))
    with pytest.raises(Invalid, match="package-key-unusable"):
        signing_key.signer(office)


def test_a_large_file_goes_from_the_package_to_its_place_without_being_held(world):
    put_at_hub(world, package(attachments=(Attachment("12.pdf", data=LARGE),)))
    world.a.poll()
    (arrived,) = arrivals(world.a, BINH_SON)
    main = world.a.read(lambda s: s.get(type(arrived), arrived.id).main)
    assert world.a.office.files.read(main.sha256) == LARGE
    assert main.media_type == "application/pdf"
    (row,) = world.a.all(StoredFile, StoredFile.sha256 == main.sha256)
    assert (row.size, row.media_type) == (len(LARGE), "application/pdf")


def test_small_files_are_read_into_memory_and_large_or_many_ones_kept(world):
    files = world.a.office.files
    keeper = reading.Keeper(files)
    half = b"x" * (reading.SMALL // 2)
    assert keeper(iter([half, half])) == half + half
    large = keeper(iter([half] * 3))
    assert (type(large), large.size) == (Kept, 3 * len(half))
    assert large.path.read_bytes() == half * 3
    kinds = [type(keeper(iter([half]))) for _ in range(8)]
    assert kinds == [bytes] * 6 + [Kept] * 2
    assert keeper(iter([])) == b""


def test_a_large_file_of_ours_is_written_into_a_package_by_stream(world):
    files = world.a.office.files
    sha256 = files.put(LARGE)
    data = reading.contents(files, sha256)
    assert isinstance(data, Kept)
    sent = package(attachments=(Attachment("12.pdf", data=data),))
    assert sent == package(attachments=(Attachment("12.pdf", data=LARGE),))
    assert read_message(sent).attachments[0].sha256 == sha256
