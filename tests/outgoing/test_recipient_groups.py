"""Saved groups of recipients: who keeps them, a pasted list and what is wrong in it, what becomes
of members that the directory loses, and a group added to a draft in one action."""

from datetime import date

import pytest
from lxml import html
from sqlalchemy import select

from domain.errors import Conflict, Forbidden, Invalid, NotFound
from domain.text import fold
from models.audit import AuditEntry
from models.hub import DirectoryEntry
from models.outgoing import Recipient
from models.recipient_groups import GroupMember
from services.outgoing import group_lists, groups
from tests.conftest import find_actor
from tests.outgoing.drafts import BINH_SON, letter

AGENCY, INSIDE, BINH_MINH = "000.00.32.H48", "000.21.32.H48", "000.21.31.H48"


def many(office, number: int, prefix: str = "9") -> list[str]:
    """So many agencies more in the directory; their codes."""
    codes = [f"000.{prefix}.{n:04}.H48" for n in range(number)]
    for code in codes:
        name = f"Ủy ban nhân dân xã Thử {code[6:10]}"
        search = fold(f"{code} {name}")
        office.session().add(DirectoryEntry(code=code, name=name, search_text=search))
    office.session().commit()
    return codes


def gone(office, code: str, **fields) -> None:
    row = office.session().scalars(select(DirectoryEntry).where(DirectoryEntry.code == code)).one()
    for name, value in fields.items():
        setattr(row, name, value)
    office.session().commit()


def members(office, group_id: int) -> list[str]:
    query = select(GroupMember.code).where(GroupMember.group_id == group_id)
    return list(office.session().scalars(query.order_by(GroupMember.id)))


def test_a_clerk_makes_a_group_of_pasted_codes_and_every_drafter_may_use_it(office, actor):
    text = f"{BINH_SON}\tUBND huyện Bình Sơn\n\n  {INSIDE};\n{BINH_SON} lần nữa\n"
    made = groups.create(office, actor("st.vanthu"), "  Các  huyện ", text)
    assert (made.new, members(office, made.group_id)) == (2, [BINH_SON, INSIDE])
    for username in ("st.chuyenvien", "st.chutich", "st.quantri"):
        [line] = group_lists.groups(office, actor(username))
        assert (line.name, line.size) == ("Các huyện", 2)
    entry = (
        office.session()
        .scalars(select(AuditEntry).where(AuditEntry.tag == "recipient_group:create"))
        .one()
    )
    assert entry.details == {"name": "Các huyện", "added": [BINH_SON, INSIDE]}


def test_only_clerks_and_administrators_change_groups_and_only_of_their_agency(office, actor):
    made = groups.create(office, actor("st.quantri"), "Nhóm", BINH_SON)
    for username in ("st.chuyenvien", "st.chutich"):
        who = actor(username)
        with pytest.raises(Forbidden):
            groups.create(office, who, "Nhóm khác", BINH_SON)
        with pytest.raises(Forbidden):
            groups.add(office, who, made.group_id, INSIDE)
        with pytest.raises(Forbidden):
            groups.remove(office, who, made.group_id, [BINH_SON])
        with pytest.raises(Forbidden):
            groups.rename(office, who, made.group_id, None, "Tên")
        with pytest.raises(Forbidden):
            groups.dissolve(office, who, made.group_id)
    stranger = actor("st.th.vanthu", "000.21.32.H48")
    assert group_lists.groups(office, stranger) == []
    with pytest.raises(NotFound):
        group_lists.expanded(office, stranger, made.group_id)
    with pytest.raises(NotFound):
        groups.add(office, stranger, made.group_id, INSIDE)


def test_every_wrong_line_is_told_and_nothing_is_taken_until_they_may_be_skipped(office, actor):
    clerk = actor("st.vanthu")
    gone(office, BINH_MINH, valid_to=date(2026, 1, 1), successor_code=BINH_SON)
    text = f"{BINH_SON}\n1.2.3 nơi lạ\n{AGENCY}\n{BINH_MINH}"
    with pytest.raises(Invalid) as refused:
        groups.create(office, clerk, "Nhóm", text)
    assert refused.value.code == "group-lines-wrong"
    assert [(n, fault.code) for n, fault in refused.value.fields["faults"]] == [
        (2, "recipient-unknown"),
        (3, "group-has-self"),
        (4, "recipient-dissolved"),
    ]
    assert group_lists.groups(office, clerk) == []
    made = groups.create(office, clerk, "Nhóm", text, skip=True)
    assert members(office, made.group_id) == [BINH_SON]


def test_a_group_has_a_name_of_its_own_and_no_more_than_a_thousand_members(office, actor):
    clerk = actor("st.vanthu")
    made = groups.create(office, clerk, "Các xã", "\n".join(many(office, 1000)))
    assert made.new == 1000
    with pytest.raises(Invalid) as refused:
        groups.create(office, clerk, "CAC XA", BINH_SON)
    assert refused.value.code == "group-name-taken"
    with pytest.raises(Invalid) as refused:
        groups.add(office, clerk, made.group_id, BINH_SON)
    assert refused.value.code == "group-too-large"
    with pytest.raises(Invalid) as refused:
        groups.create(office, clerk, " ", BINH_SON)
    assert refused.value.fields["field"] == "name"


def test_members_are_added_removed_and_the_group_deleted(office, actor):
    clerk = actor("st.vanthu")
    made = groups.create(office, clerk, "Nhóm", BINH_SON)
    again = groups.add(office, clerk, made.group_id, f"{BINH_SON}\n{INSIDE}")
    assert (again.new, again.known) == (1, 1)
    shown = group_lists.opened(office, clerk, made.group_id, "xa tinh ha")
    assert [member.code for member in shown.members] == [INSIDE]
    assert groups.remove(office, clerk, made.group_id, [BINH_SON]) == 1
    with pytest.raises(Invalid):
        groups.remove(office, clerk, made.group_id, [])
    version = group_lists.opened(office, clerk, made.group_id).group.version
    groups.rename(office, clerk, made.group_id, version, "Tên mới")
    with pytest.raises(Conflict):
        groups.rename(office, clerk, made.group_id, version, "Tên cũ hơn")
    groups.dissolve(office, clerk, made.group_id)
    assert group_lists.groups(office, clerk) == []
    assert members(office, made.group_id) == []


def test_members_that_cannot_be_written_to_are_shown_first_and_left_out(office, actor):
    clerk = actor("st.vanthu")
    made = groups.create(office, clerk, "Nhóm", f"{BINH_SON}\n{INSIDE}\n{BINH_MINH}")
    gone(office, BINH_MINH, is_locked=True)
    office.session().delete(
        office.session().scalars(select(DirectoryEntry).filter_by(code=INSIDE)).one()
    )
    office.session().commit()
    shown = group_lists.opened(office, clerk, made.group_id)
    assert shown.unreachable == 2
    codes = [member.refusal and member.refusal.code for member in shown.members]
    assert codes == ["recipient-locked", "recipient-unknown", None]
    expansion = group_lists.expanded(office, actor("st.chuyenvien"), made.group_id)
    assert [entry.code for entry in expansion.entries] == [BINH_SON]
    assert len(expansion.left_out) == 2


# Pages


@pytest.fixture
def saved(site) -> int:
    """A group of forty agencies."""
    with site.inside():
        clerk = find_actor(site.office, "st.vanthu", AGENCY)
        codes = many(site.office, 40)
        return groups.create(site.office, clerk, "Các xã", "\n".join(codes)).group_id


def test_a_clerk_keeps_groups_on_their_pages(site):
    clerk = site.visit("st.vanthu")
    clerk.get("/outgoing/groups")
    wrong = clerk.submit("/outgoing/groups/new", {"name": "Huyện", "codes": f"{BINH_SON}\n1.2"})
    assert wrong.status_code == 422
    assert "Dòng 2:" in wrong.text
    assert f"{BINH_SON}\n1.2" in wrong.text.replace("\r", "")
    sent = {"name": "Huyện", "codes": f"{BINH_SON}\n1.2", "skip": "y"}
    made = clerk.submit("/outgoing/groups/new", sent)
    assert made.status_code == 303, made.text
    assert "Ủy ban nhân dân huyện Bình Sơn" in clerk.get(made.location).text
    assert clerk.submit(f"{made.location}/add", {"codes": INSIDE}).status_code == 303
    lost = clerk.submit(f"{made.location}/add", {"codes": "7.7.7"})
    assert (lost.status_code, "Dòng 1:" in lost.text) == (422, True)
    assert clerk.submit(f"{made.location}/remove", {"codes": BINH_SON}).status_code == 303
    assert clerk.submit(f"{made.location}/name", {"name": ""}).status_code == 422
    assert clerk.submit(f"{made.location}/name", {"name": "Xã"}).status_code == 303
    officer = site.visit("st.chuyenvien")
    page = officer.get(made.location).text
    assert "Tịnh Hà" in page
    assert "Xóa" not in page
    assert "Xã" in officer.get("/outgoing/groups").text
    officer.get("/outgoing/groups/new", status=403)
    assert clerk.submit(f"{made.location}/delete", page=made.location).status_code == 303
    clerk.get(made.location, status=404)


def typed(site, **changes) -> dict:
    with site.inside():
        officer = find_actor(site.office, "st.chuyenvien", AGENCY)
        return letter(site.office, officer, **changes)


def test_a_group_is_added_to_a_draft_in_one_action_without_scripts(site, saved):
    officer = site.visit("st.chuyenvien")
    sent = typed(site) | {"group": str(saved), "group_informed": "1", "find": "group"}
    page = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert page.status_code == 200
    tree = html.fromstring(page.text)
    lines = tree.get_element_by_id("recipient-lines").text.strip().splitlines()
    assert len(lines) == 41
    assert lines[0].startswith(f"{BINH_SON} Ủy ban")
    assert lines[1].startswith("000.9.0000.H48* Ủy ban")
    assert tree.get_element_by_id("subject").text.strip() == sent["subject"]
    kept = typed(site, recipients="\n".join(lines[:-1]), addressees="Như danh sách")
    made = officer.submit("/outgoing/new", kept, page="/outgoing/new")
    assert made.status_code == 303, made.text
    rows = recipients(site, made.location)
    assert len(rows) == 40
    assert [row.for_information for row in rows[:2]] == [False, True]
    edit = html.fromstring(officer.get(f"{made.location}/edit").text)
    again = edit.get_element_by_id("recipient-lines").text.strip().splitlines()
    assert again == lines[:-1]


def test_a_group_chosen_but_not_yet_added_is_not_lost_when_saving(site, saved):
    with site.inside():
        gone(site.office, "000.9.0007.H48", is_locked=True)
    officer = site.visit("st.chuyenvien")
    sent = typed(site, addressees="Như danh sách") | {"group": str(saved)}
    made = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert made.status_code == 303, made.text
    assert len(recipients(site, made.location)) == 40
    page = officer.get(made.location).text
    assert "thêm 39 nơi nhận" in page
    assert "000.9.0007.H48" in page


def test_a_group_is_added_as_a_fragment_and_the_list_goes_back_to_nothing_chosen(site, saved):
    officer = site.visit("st.chuyenvien")
    address = f"/outgoing/recipients/group?group={saved}&group_informed=1"
    fragment = officer.get(address, **{"HX-Request": "true"})
    tree = html.fromstring(f"<div>{fragment.text}</div>")
    [area] = tree.xpath("//textarea[@name='recipients']")
    assert area.text.strip().splitlines()[0].startswith("000.9.0000.H48* ")
    assert "<template hx" in fragment.text
    assert "selected" not in fragment.text
    whole = officer.get(address)
    assert "Đã chọn 40 nơi nhận" in whole.text


def test_many_recipients_must_be_named_together_on_the_document(site, saved):
    with site.inside():
        codes = [BINH_SON, *many(site.office, 60, "8")]
    officer = site.visit("st.chuyenvien")
    sent = typed(site, recipients="\n".join(codes))
    answer = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert answer.status_code == 422
    assert "Ủy ban nhân dân các xã, phường" in answer.text


def test_a_thousand_recipients_are_a_light_form_and_more_are_refused(site):
    with site.inside():
        codes = many(site.office, 1001)
    officer = site.visit("st.chuyenvien")
    sent = typed(site, recipients="\n".join(codes), addressees="Như danh sách")
    over = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert over.status_code == 422
    assert "mỗi lần gửi tối đa 1000 nơi" in over.text
    sent["recipients"] = "\n".join(codes[1:])
    made = officer.submit("/outgoing/new", sent, page="/outgoing/new")
    assert made.status_code == 303
    form = officer.get(f"{made.location}/edit")
    assert len(form.data) < 100_000
    assert form.text.count("<input") < 60
    officer.get(made.location)
    assert len(recipients(site, made.location)) == 1000


def recipients(site, address: str) -> list[Recipient]:
    own = int(address.rpartition("/")[2])
    with site.inside():
        query = select(Recipient).where(Recipient.document_id == own).order_by(Recipient.id)
        return list(site.office.session().scalars(query))
