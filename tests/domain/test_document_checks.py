"""What the signatures of a document must be together."""

from domain.document_checks import Named, SignedFile, checks, same_person, sealed_first


def signature(kind: str, purpose: str, name: str, verdict: str = "valid", **more) -> dict:
    facts = {"kind": kind, "purpose": purpose, "signer_name": name, "organisation": ""}
    return facts | {"verdict": verdict} | more


LEADER = signature("person", "leader", "Đặng Thị Ngọc Ánh", position="Chủ tịch")
SEAL = signature("agency", "seal", "Ủy ban nhân dân huyện Bình Sơn")
NAMED = Named(["UBND huyện Bình Sơn"], "ThS. Đặng Thị Ngọc Ánh", "CHỦ TỊCH")


def found(*signatures: dict, named: Named = NAMED, beside=()) -> dict[str, str]:
    files = [SignedFile("a.pdf", signatures, is_main=True), *beside]
    return {each.code: each.outcome for each in checks(named, files)}


def test_a_whole_document_has_all_it_needs():
    table = SignedFile("bang.xlsx", [SEAL])
    outcomes = found(LEADER, SEAL, beside=[table])
    assert set(outcomes.values()) == {"good"}
    assert {"order-right", "signer-agrees", "position-agrees", "enclosure-signed"} <= set(outcomes)


def test_a_seal_before_the_leader_is_wrong():
    assert found(SEAL, LEADER)["sealed-first"] == "bad"
    assert not sealed_first(SignedFile("a.pdf", [LEADER, SEAL]))
    assert not sealed_first(SignedFile("a.pdf", [SEAL]))


def test_another_signer_another_position_and_another_agency_are_told():
    other = Named(["UBND xã Tịnh Hà"], "Trần Quang Vinh", "Phó phòng")
    outcomes = found(LEADER, SEAL, named=other)
    assert outcomes["signer-differs"] == outcomes["agency-differs"] == "bad"
    same_name = Named(["UBND huyện Bình Sơn"], "Đặng Thị Ngọc Ánh", "Phó phòng")
    assert found(LEADER, SEAL, named=same_name)["position-differs"] == "warn"


def test_what_is_not_whole_does_not_count_as_present():
    outcomes = found(LEADER | {"verdict": "modified"}, SEAL | {"verdict": "broken"})
    assert {"person-missing", "agency-missing"} <= set(outcomes)


def test_an_enclosure_without_the_agencys_signature_is_told():
    assert found(LEADER, SEAL, beside=[SignedFile("b.pdf", [LEADER])])["enclosure-unsigned"]


def test_a_title_before_the_name_does_not_count():
    assert same_person("TS. Nguyễn Văn An", "NGUYỄN VĂN AN")
    assert not same_person("Nguyễn Văn An", "Nguyễn Văn Ân Bình")
    assert not same_person("", "Nguyễn Văn An")
