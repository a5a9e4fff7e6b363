"""A notification about another agency: people who hold an appointment there are led to it."""

import re

import pytest
from sqlalchemy import select

from models.agencies import Appointment
from models.audit import Notification
from services import outgoing
from tests.conftest import PASSWORD
from tests.outgoing.drafts import drafted, force
from tests.visitor import Visitor

DIVISION = "000.01.32.H48"


@pytest.fixture
def told(office, actor) -> int:
    """Word to the head of the division, who heads a unit of the district committee too, that a
    document of the division waits for their signature."""
    officer, deputy = actor("st.chuyenvien", DIVISION), actor("st.pnv.photp", DIVISION)
    draft = drafted(office, officer, signer="st.truongphong", recipients=[])
    force(office, draft, "form_check")
    outgoing.perform(office, deputy, draft, "forward", {})
    return office.session().scalar(select(Notification.id))


def test_the_page_names_the_appointment_and_switching_leads_to_the_document(node, told):
    head = Visitor(node, "st.truongphong", PASSWORD)
    page = head.get(f"/notifications/{told}").text
    assert "Việc này thuộc Phòng Nội vụ huyện Sơn Tịnh" in page
    assert "đang làm việc ở Ủy ban nhân dân huyện Sơn Tịnh" in page
    form = page.split('<section class="card">')[1].split("</section>")[0]
    sent = dict(re.findall(r'name="(appointment|next)" value="([^"]+)"', form))
    switched = head.submit("/account/appointment", sent, page=f"/notifications/{told}")
    assert (switched.status_code, switched.location) == (303, f"/notifications/{told}")
    document = head.get(switched.location, status=302).location
    assert "Chờ lãnh đạo ký" in head.get(document).text


def test_who_no_longer_holds_an_appointment_there_is_not_sent_there(node, office, actor, told):
    post = office.session().get(Appointment, actor("st.truongphong", DIVISION).appointment_id)
    post.valid_to = post.valid_from
    office.session().commit()
    head = Visitor(node, "st.truongphong", PASSWORD)
    head.get(head.get(f"/notifications/{told}", status=302).location, status=404)


def test_switching_goes_on_to_no_other_server(node, actor):
    head = Visitor(node, "st.truongphong", PASSWORD)
    sent = {
        "appointment": actor("st.truongphong", DIVISION).appointment_id,
        "next": "//elsewhere.example/",
    }
    assert head.submit("/account/appointment", sent).location == "/"
