"""What the page of an outgoing document says of whose turn it is, and of how far it has come."""

from lxml import html

from domain.outgoing_flow import OutgoingState
from models.exchange import Dispatch, Route
from models.outgoing import OutgoingDocument
from services import outgoing
from services.unit_of_work import transaction
from tests.conftest import find_actor
from tests.outgoing.drafts import BINH_SON, drafted, force

AGENCY = "000.00.32.H48"


def submitted(site, *steps) -> str:
    """The address of a draft after these steps."""
    with site.inside():
        own = drafted(site.office, find_actor(site.office, "st.chuyenvien", AGENCY))
        for username, action in (("st.chuyenvien", "submit"), *steps):
            actor = find_actor(site.office, username, AGENCY)
            outgoing.perform(site.office, actor, own, action, {})
    return f"/outgoing/{own}"


def sent(site, *states) -> str:
    """A dispatched document with a recipient in each state."""
    with site.inside():
        actor = find_actor(site.office, "st.chuyenvien", AGENCY)
        own = drafted(site.office, actor)
        force(site.office, own, OutgoingState.DISPATCHED)
        with transaction(site.office, actor) as work:
            doc = work.session.get_one(OutgoingDocument, own)
            for number, (transport, business) in enumerate(states):
                work.session.add(
                    Dispatch(
                        document_id=doc.id, route=Route.HUB,
                        recipient_code=f"{BINH_SON[:-1]}{number}", recipient_name="Nơi nhận",
                        transport_state=transport, business_state=business, queued_at=work.now,
                    )
                )  # fmt: skip
    return f"/outgoing/{own}"


def tree_of(site, username: str, address: str):
    return html.fromstring(site.visit(username).get(address).text)


def titles(tree) -> list[str]:
    return [each.text_content() for each in tree.xpath("//h2")]


def test_who_agreed_has_nothing_to_do_but_may_still_take_it_back(site):
    address = submitted(site)
    asked = tree_of(site, "st.truongphong", address)
    assert "Việc cần làm" in titles(asked)
    assert asked.xpath("//form[contains(@class, 'agree')]//summary[.='Kèm ý kiến']")
    agreed = tree_of(site, "st.truongphong", submitted(site, ("st.truongphong", "agree")))
    assert "Việc cần làm" not in titles(agreed)
    assert "Việc có thể làm" in titles(agreed)
    assert agreed.xpath("//details/summary[.='Trả lại']")
    assert not agreed.xpath("//a[contains(@class, 'jump')]")


def test_the_button_that_sends_a_reason_is_not_named_as_the_one_that_opens_it(site):
    tree = tree_of(site, "st.truongphong", submitted(site))
    (details,) = tree.xpath("//details[summary[.='Trả lại']]")
    (button,) = details.xpath(".//button")
    assert (button.text, button.get("class")) == ("Gửi lý do trả lại", "primary")


def test_a_document_that_nobody_was_sent_yet_is_being_sent(site):
    waiting = tree_of(site, "st.vanthu", sent(site, ("queued", None), ("queued", None)))
    head = waiting.xpath("//div[@class='head']")[0].text_content()
    assert "Đang gửi" in head
    under_way = tree_of(site, "st.vanthu", sent(site, ("queued", None), ("delivered", "01")))
    assert "Đã gửi" in under_way.xpath("//div[@class='head']")[0].text_content()


def test_transport_and_what_the_recipient_did_are_told_apart(site):
    tree = tree_of(site, "st.vanthu", sent(site, ("delivered", "01")))
    (summary,) = tree.xpath("//details[@class='recipient']/summary")
    words = " ".join(summary.text_content().split())
    assert words == "Nơi nhậnĐường truyền: Đã đến nơi Bên nhận: Đã đến"  # a line each


def test_who_may_not_draft_is_neither_offered_the_form_nor_shown_it(site):
    administrator = site.visit("st.quantri")
    assert "/outgoing/new" not in administrator.get("/outgoing/").text
    administrator.get("/outgoing/new", status=403)
    administrator.get("/outgoing/recipients?recipient_search=x", status=403)
    assert "/outgoing/new" in site.visit("st.vanthu").get("/outgoing/").text
