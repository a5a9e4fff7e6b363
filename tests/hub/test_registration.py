"""registerAgency and deleteAgency, as the unmodified SDK calls them: who may, and what comes of
it."""

import json

import pytest

from models.audit import AuditEntry
from models.hub import DirectoryEntry
from services import audit_chain
from services.hub import accounts
from tests.axis.sdk_client import SdkClient
from tests.hub.packages import BINH_MINH, BINH_SON, SECRETS, SON_TINH, TINH_HA

NEW = "000.99.31.H48"


@pytest.fixture
def trusted(office, operator):
    """Bình Sơn may register."""
    accounts.set_may_register(office, operator, accounts.find(office, BINH_SON).id, True)


@pytest.fixture
def binh_son(axis_url, trusted):
    return SdkClient(axis_url, BINH_SON, SECRETS[BINH_SON], "2.0.1")


def agency(code: str = NEW, name: str = "Ủy ban nhân dân xã Bình Tân", **more) -> str:
    return json.dumps({"code": code, "name": name, **more}, ensure_ascii=False)


def entry(office, code: str = NEW) -> DirectoryEntry | None:
    office.session().rollback()
    office.session().expire_all()
    return office.session().query(DirectoryEntry).filter_by(code=code).one_or_none()


def test_a_registered_agency_is_in_everybodys_directory_with_a_version(binh_son, axis_url, office):
    before = max(int(unit["version"]) for unit in binh_son.getSynchronizeUnit().items)
    result = binh_son.registerAgency(agency(mail="btan@don-vi.example", mobile="1"))
    assert (result.status, result.error_code) == ("OK", "0")
    other = SdkClient(axis_url, SON_TINH, SECRETS[SON_TINH])
    [found] = [a for a in other.getAgenciesList().items if a["code"] == NEW]
    assert (found["name"], found["pid"]) == ("Ủy ban nhân dân xã Bình Tân", BINH_SON)
    [unit] = [u for u in other.getSynchronizeUnit().items if u["code"] == NEW]
    assert int(unit["version"]) > before
    assert unit["modifyDate"]
    assert list(audit_chain.verify(office.session())) == []


def test_the_same_again_changes_nothing_and_a_change_is_one_entry(binh_son, office):
    binh_son.registerAgency(agency())
    version = entry(office).version
    assert binh_son.registerAgency(agency()).error_code == "0"
    assert entry(office).version == version
    binh_son.registerAgency(agency(name="Ủy ban nhân dân xã Bình Tân Phú"))
    assert entry(office).version == version + 1
    changes = office.session().query(AuditEntry).filter_by(tag="hub:directory_edit").all()
    assert [c.details["change"] for c in changes] == ["register", "register_edit"]
    assert {c.person_name for c in changes} == {BINH_SON}


def test_a_deleted_agency_gets_nothing_any_more_and_deleting_again_is_fine(binh_son, office):
    binh_son.registerAgency(agency())
    for _ in range(2):
        assert binh_son.deleteAgency(NEW).error_code == "0"
    [unit] = [u for u in binh_son.getSynchronizeUnit().items if u["code"] == NEW]
    assert unit["deleted"] == "true"
    refused = binh_son.registerAgency(agency())
    assert (refused.error_code, "da giai the" in refused.error_desc) == ("40", True)


def test_below_below_counts_as_below(binh_son, office):
    binh_son.registerAgency(agency())
    assert binh_son.registerAgency(agency("000.98.31.H48", pcode=NEW)).error_code == "0"
    assert entry(office, "000.98.31.H48").parent_code == NEW


@pytest.mark.parametrize(
    "data",
    [
        agency(pid=SON_TINH),  # under somebody else
        agency(SON_TINH, pid=BINH_SON),  # taking somebody else over
        agency(TINH_HA, pid=BINH_SON),
        agency(BINH_SON),  # itself
    ],
)
def test_nothing_outside_ones_own_branch(binh_son, office, data):
    refused = binh_son.registerAgency(data)
    assert (refused.status, refused.error_code) == ("FAIL", "29")
    assert entry(office) is None
    assert entry(office, TINH_HA).parent_code == SON_TINH
    assert office.session().query(AuditEntry).filter_by(tag="hub:refuse").count() == 1


@pytest.mark.parametrize("code", [SON_TINH, TINH_HA, BINH_SON, "000.97.97.H48", ""])
def test_nothing_of_others_is_deleted(binh_son, office, code):
    assert binh_son.deleteAgency(code).status == "FAIL"
    assert not [u for u in binh_son.getSynchronizeUnit().items if u["deleted"] == "true"]


def test_without_the_right_not_even_ones_own(axis_url, office):
    untrusted = SdkClient(axis_url, BINH_SON, SECRETS[BINH_SON])
    assert untrusted.registerAgency(agency()).error_code == "29"
    assert untrusted.deleteAgency(BINH_MINH).error_code == "29"
    assert entry(office, BINH_MINH).valid_to is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "khong phai JSON"),
        ("[]", "can mot doi tuong JSON"),
        ("{" * 5000, "khong phai JSON"),
        (agency(name=""), "thieu ten"),
        (agency("mã sai"), "ma chi gom"),
        (agency() + " " * 70_000, "qua dai"),
    ],
)
def test_what_cannot_be_an_agency_is_refused_with_the_reason(binh_son, office, data, reason):
    refused = binh_son.registerAgency(data)
    assert (refused.status, refused.error_code) == ("FAIL", "40")
    assert reason in refused.error_desc
    assert entry(office) is None


def test_what_an_earlier_call_left_in_the_headers_means_nothing(binh_son, office):
    assert binh_son.deleteAgency("000.97.97.H48").status == "FAIL"
    assert binh_son.registerAgency(agency()).error_code == "0"
    assert entry(office).valid_to is None
