"""The pages of a document that went to many: the summary and the list of its recipients, sending it
to more of them."""

from lxml import html

from domain.exchange_flow import TransportState
from domain.outgoing_flow import OutgoingState
from domain.roles import SYSTEM
from models.exchange import Dispatch, Route, StatusEvent
from models.outgoing import OutgoingDocument, Recipient
from services.unit_of_work import transaction
from tests.conftest import find_actor
from tests.outgoing.drafts import BINH_SON, drafted
from tests.outgoing.test_recipient_groups import AGENCY, INSIDE, groups, many

BINH_MINH = "000.21.31.H48"


def dispatched(site, number: int) -> int:
    """A document that went to so many agencies: the last was refused, the one before failed."""
    with site.inside():
        officer = find_actor(site.office, "st.chuyenvien", AGENCY)
        own = drafted(site.office, officer, recipients=[])
        codes = many(site.office, number)
        with transaction(site.office, SYSTEM) as work:
            doc = work.session.get(OutgoingDocument, own)
            doc.reference, doc.dispatched_at = "07/UBND-NV", work.now
            doc.state = OutgoingState.DISPATCHED
            for code in codes:
                doc.recipients.append(Recipient(code=code, name=f"Xã {code}"))
                work.session.add(_sent(work, doc, code))
            work.session.flush()
            rows = work.session.query(Dispatch).order_by(Dispatch.id).all()
            rows[-1].business_state = "02"
            if number > 1:
                rows[-2].transport_state = TransportState.FAILED
                rows[-2].problem = "recipient-unreachable"
        return own


def _sent(work, doc, code: str) -> Dispatch:
    return Dispatch(
        document_id=doc.id,
        recipient_code=code,
        recipient_name=f"Xã {code}",
        route=Route.HUB,
        transport_state=TransportState.DELIVERED,
        business_state="01",
        queued_at=work.now,
        sent_at=work.now,
        delivered_at=work.now,
        events=[StatusEvent(code="01", at=work.now, recorded_at=work.now)],
    )


def test_a_document_sent_to_a_thousand_has_a_light_page_and_a_list(site):
    own = dispatched(site, 1000)
    clerk = site.visit("st.vanthu")
    page = clerk.get(f"/outgoing/{own}")
    assert len(page.data) < 60_000
    tree = html.fromstring(page.text)
    shown = tree.xpath("//details[@class='recipient']/summary")
    assert len(shown) == 10
    assert "000.9.0998.H48" in shown[0].text_content()
    assert "Từ chối tiếp nhận" in shown[1].text_content()
    assert "Xem tất cả 1.000 nơi nhận" in page.text
    assert [
        " ".join(e.text_content().split()) for e in tree.xpath("//*[@class='tallies']/span")
    ] == [
        "Đã đến nơi 999",
        "Gửi không được 1",
        "Đã đến 999",
        "Từ chối tiếp nhận 1",
    ]
    listed = clerk.get(f"/outgoing/{own}/recipients?page=20")
    assert "000.9.0999.H48" in listed.text
    assert len(listed.data) < 80_000
    trouble = html.fromstring(clerk.get(f"/outgoing/{own}/recipients?tab=trouble").text)
    assert len(trouble.xpath("//details[@class='recipient']")) == 2
    found = clerk.get(f"/outgoing/{own}/recipients?q=xa+000.9.0412")
    assert len(html.fromstring(found.text).xpath("//details[@class='recipient']")) == 1
    stranger = site.visit("st.cvtaichinh")
    stranger.get(f"/outgoing/{own}/recipients", status=404)


def test_a_clerk_sends_a_document_to_more_from_its_page(site):
    own = dispatched(site, 2)
    with site.inside():
        clerk = find_actor(site.office, "st.vanthu", AGENCY)
        text = f"000.9.0000.H48\n{INSIDE}"
        group = groups.create(site.office, clerk, "Nhóm thử", text).group_id
    visitor, address = site.visit("st.vanthu"), f"/outgoing/{own}/recipients/add"
    assert address in visitor.get(f"/outgoing/{own}").text
    visitor.get(address)
    none = visitor.submit(address, {}, page=address)
    assert (none.status_code, "Chưa chọn nơi nhận nào" in none.text) == (422, True)
    twice = visitor.submit(address, {"codes": "000.9.0000.H48"}, page=address)
    assert (twice.status_code, "Văn bản đã gửi cho: Ủy ban nhân dân xã Thử 0000" in twice.text) == (
        422,
        True,
    )
    found = visitor.submit(address, {"recipient_search": "tinh ha", "find": "1"}, page=address)
    assert f'value="{INSIDE}"' in found.text
    added = visitor.submit(address, {"group": str(group)}, page=address)
    assert added.status_code == 303, added.text
    page = visitor.get(f"/outgoing/{own}").text
    assert "thêm 1 nơi nhận. 1 nơi đã có" in page
    assert INSIDE in page
    assert "1 nơi nhận" in page
    site.visit("st.chuyenvien").get(address, status=403)


def test_a_group_is_added_when_the_recipients_are_changed_before_the_dispatch(site):
    with site.inside():
        officer = find_actor(site.office, "st.chuyenvien", AGENCY)
        codes = many(site.office, 40)
        own = drafted(site.office, officer, recipients=[BINH_SON])
        clerk = find_actor(site.office, "st.vanthu", AGENCY)
        group = groups.create(site.office, clerk, "Các xã", "\n".join(codes)).group_id
        session = site.office.session()
        session.get(OutgoingDocument, own).state = OutgoingState.ISSUED
        session.commit()
    visitor, address = site.visit("st.vanthu"), f"/outgoing/{own}"
    sent = {"recipients": BINH_SON, "group": str(group)}
    assert visitor.submit(f"{address}/readdress", sent, page=address).status_code == 303
    tree = html.fromstring(visitor.get(address).text)
    lines = tree.get_element_by_id("doi-noi-nhan").text.strip().splitlines()
    assert len(lines) == 41
    kept = {"recipients": "\n".join(lines[:5]), "codes": BINH_MINH}
    assert visitor.submit(f"{address}/readdress", kept, page=address).status_code == 303
    page = html.fromstring(visitor.get(address).text)
    assert len(page.xpath("//input[@name='recipients']")) == 6
