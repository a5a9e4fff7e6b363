"""The commands, run as an administrator of the machine runs them."""

import pytest
from sqlalchemy import select, text

from app import create_app
from config import NodeRole
from domain.roles import SYSTEM
from extensions import db
from models.agencies import Agency, Person
from models.base import Base
from services import accounts
from services.audit_chain import append
from services.unit_of_work import transaction
from tests.conftest import PASSWORD, PIN, make_settings


@pytest.fixture
def empty(tmp_path):
    """A node with tables and nothing in them."""
    app = create_app(
        make_settings(tmp_path / "node", NodeRole.DISTRICT, "Thử"), wake=lambda *_: None
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


ADMIN = ["create-admin", "--username", "qt.thu", "--full-name", "Đỗ Thị Thử", "--password",
         "một câu thật dài", "--code", "000.00.40.H48"]  # fmt: skip
FIRST = ["--agency", "Ủy ban nhân dân xã Thử", "--notation", "UBND", "--place", "Thử",
         "--unit", "Văn phòng"]  # fmt: skip


def test_an_empty_node_gets_its_first_agency_and_administrator(empty):
    done = empty.test_cli_runner().invoke(args=ADMIN + FIRST)
    assert done.exit_code == 0, done.output
    with empty.app_context():
        office = empty.extensions["office"]
        token = accounts.sign_in(office, "qt.thu", "một câu thật dài", "", "")
        actor = accounts.actor_of(accounts.find_session(office, token))
        assert (actor.agency_name, actor.role) == ("Ủy ban nhân dân xã Thử", "administrator")


def test_what_was_not_given_is_asked_for(empty):
    answers = "000.00.40.H48\nỦy ban nhân dân xã Thử\nUBND\nThử\nVăn phòng\n"
    done = empty.test_cli_runner().invoke(args=ADMIN[:-2], input=answers)
    assert done.exit_code == 0, done.output
    assert "Địa danh" in done.output


def test_a_second_administrator_joins_the_agency_that_is_there(empty):
    runner = empty.test_cli_runner()
    runner.invoke(args=ADMIN + FIRST)
    twin = runner.invoke(args=ADMIN)
    assert twin.exit_code == 1
    assert "đã có người dùng" in twin.output
    second = [value.replace("qt.thu", "qt.hai") for value in ADMIN]
    assert runner.invoke(args=second).exit_code == 0
    with empty.app_context():
        assert len(empty.extensions["office"].session().scalars(select(Agency)).all()) == 1


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [("--password", "ngắn", "ít nhất 10"), ("--username", "Q T", "không dấu"),
     ("--code", "có dấu cách", "Mã định danh")],
)  # fmt: skip
def test_a_bad_answer_is_refused_in_words_and_leaves_nothing(empty, option, value, said):
    args = list(ADMIN)
    args[args.index(option) + 1] = value
    done = empty.test_cli_runner().invoke(args=args + FIRST)
    assert done.exit_code == 1
    assert said in done.output
    with empty.app_context():
        assert empty.extensions["office"].session().scalars(select(Agency)).first() is None


def test_the_demo_fills_an_empty_node_once(empty):
    runner = empty.test_cli_runner()
    args = ["seed-demo", "sontinh", "--password", PASSWORD, "--pin", PIN]
    assert runner.invoke(args=["seed-demo", "hub", *args[2:]]).exit_code == 1
    done = runner.invoke(args=args)
    assert done.exit_code == 0, done.output
    again = runner.invoke(args=args)
    assert again.exit_code == 1
    assert "không ghi đè" in again.output
    assert runner.invoke(args=["verify-audit"]).exit_code == 0


def test_a_person_is_signed_out_everywhere(node):
    office = node.extensions["office"]
    token = accounts.sign_in(office, "st.vanthu", PASSWORD, "", "")
    runner = node.test_cli_runner()
    assert "Đã kết thúc 1 phiên" in runner.invoke(args=["end-sessions", "ST.vanthu"]).output
    assert accounts.find_session(office, token) is None
    assert runner.invoke(args=["end-sessions", "nobody"]).exit_code == 1


def fill(office) -> None:
    with transaction(office, SYSTEM) as work:
        person = work.session.scalars(select(Person).order_by(Person.id)).first()
        for turn in range(5):
            work.audit("admin:person_edit", person, turn=turn)


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE audit_entry SET person_name = 'Ai khác' WHERE sequence = 4", "Mục 4: nội dung"),
        ("UPDATE audit_entry SET subject_id = 99 WHERE sequence = 4", "Mục 4: nội dung"),
        ("DELETE FROM audit_entry WHERE sequence = 4", "Mục 4: có mục bị xóa"),
        ("DELETE FROM audit_entry WHERE sequence = 1", "Mục 1: có mục bị xóa"),
        ("DELETE FROM audit_entry WHERE sequence > :last - 2", "phần cuối chuỗi"),
        ("DELETE FROM audit_entry", "phần cuối chuỗi"),
        ("DELETE FROM audit_head", "phần cuối chuỗi"),
    ],
)
def test_whoever_alters_or_deletes_an_entry_is_found_out(node, tampering, said):
    office = node.extensions["office"]
    fill(office)
    session = office.session()
    assert node.test_cli_runner().invoke(args=["verify-audit"]).exit_code == 0
    last = session.scalar(text("SELECT max(sequence) FROM audit_entry"))
    values = {"last": last} if ":last" in tampering else {}
    session.execute(text(tampering), values)
    session.commit()
    found = node.test_cli_runner().invoke(args=["verify-audit"])
    assert found.exit_code == 1
    assert said in found.output


def test_an_entry_put_into_the_middle_is_found_out(node):
    """Its hash is right for what it says; the entries behind it were moved up by one."""
    office = node.extensions["office"]
    fill(office)
    session = office.session()
    session.execute(text("UPDATE audit_entry SET sequence = sequence + 1000 WHERE sequence > 3"))
    session.execute(text("UPDATE audit_entry SET sequence = sequence - 999 WHERE sequence > 1000"))
    session.execute(
        text(
            "INSERT INTO audit_entry SELECT 4, at, tag, person_id, 'Ai khác', agency_id,"
            " subject_type, subject_id, details, previous_hash, hash"
            " FROM audit_entry WHERE sequence = 3"
        )
    )
    session.commit()
    found = node.test_cli_runner().invoke(args=["verify-audit"])
    assert found.exit_code == 1
    assert "bị chèn" in found.output


def test_an_entry_hung_to_the_end_behind_the_heads_back_is_found_out(node):
    office = node.extensions["office"]
    fill(office)
    session = office.session()
    append(session, SYSTEM, office.now(), "account:logout", None, {})
    session.flush()
    session.execute(
        text(
            "UPDATE audit_head SET sequence = sequence - 1, hash = (SELECT previous_hash FROM"
            " audit_entry ORDER BY sequence DESC LIMIT 1)"
        )
    )
    session.commit()
    found = node.test_cli_runner().invoke(args=["verify-audit"])
    assert found.exit_code == 1
    assert "phần cuối chuỗi" in found.output
