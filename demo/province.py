"""Who lives in the demo province. All people are invented."""

from dataclasses import dataclass

from domain.roles import Role

PROVINCE_CODE = "000.00.00.H48"


@dataclass(frozen=True)
class DemoPerson:
    username: str
    full_name: str
    role: Role
    title: str
    unit: str  # notation of the unit in the agency


@dataclass(frozen=True)
class DemoUnit:
    notation: str
    name: str


@dataclass(frozen=True)
class DemoAgency:
    code: str
    parent_code: str
    name: str
    notation: str
    superior_name: str
    authority: str
    place: str
    units: tuple[DemoUnit, ...]
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True)
class DemoNode:
    key: str
    name: str
    agencies: tuple[DemoAgency, ...]


def _district(key: str, code: str, place: str, names: dict[str, str]) -> DemoAgency:
    """A district committee with three divisions and one person for every role."""
    return DemoAgency(
        code=code,
        parent_code=PROVINCE_CODE,
        name=f"Ủy ban nhân dân huyện {place}",
        notation="UBND",
        superior_name="ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI",
        authority="TM. ỦY BAN NHÂN DÂN",
        place=place,
        units=(
            DemoUnit("VP", "Văn phòng HĐND và UBND"),
            DemoUnit("NV", "Phòng Nội vụ"),
            DemoUnit("TCKH", "Phòng Tài chính – Kế hoạch"),
        ),
        people=(
            DemoPerson(f"{key}.vanthu", names["clerk"], Role.CLERK, "Văn thư", "VP"),
            DemoPerson(f"{key}.chutich", names["leader"], Role.LEADER, "Chủ tịch", "VP"),
            DemoPerson(f"{key}.phochutich", names["deputy"], Role.DEPUTY_LEADER, "Phó Chủ tịch",
                       "VP"),
            DemoPerson(f"{key}.chanhvp", names["chief"], Role.CHIEF_OF_OFFICE, "Chánh Văn phòng",
                       "VP"),
            DemoPerson(f"{key}.truongphong", names["head"], Role.UNIT_HEAD, "Trưởng phòng", "NV"),
            DemoPerson(f"{key}.chuyenvien", names["officer"], Role.OFFICER, "Chuyên viên", "NV"),
            DemoPerson(f"{key}.tptaichinh", names["finance_head"], Role.UNIT_HEAD, "Trưởng phòng",
                       "TCKH"),
            DemoPerson(f"{key}.cvtaichinh", names["finance"], Role.OFFICER, "Chuyên viên", "TCKH"),
            DemoPerson(f"{key}.quantri", names["admin"], Role.ADMINISTRATOR, "Quản trị viên", "VP"),
        ),
    )  # fmt: skip


def _division(key: str, code: str, parent: str, place: str, names: dict[str, str]) -> DemoAgency:
    """The division of home affairs as an agency of its own. Its head and officer are the same
    people as in the district committee: one person, several appointments."""
    return DemoAgency(
        code=code,
        parent_code=parent,
        name=f"Phòng Nội vụ huyện {place}",
        notation="PNV",
        superior_name=f"ỦY BAN NHÂN DÂN HUYỆN {place.upper()}",
        authority="",
        place=place,
        units=(DemoUnit("NV", "Phòng Nội vụ"),),
        people=(
            DemoPerson(f"{key}.pnv.vanthu", names["clerk"], Role.CLERK, "Văn thư", "NV"),
            DemoPerson(f"{key}.truongphong", names["head"], Role.LEADER, "Trưởng phòng", "NV"),
            DemoPerson(f"{key}.pnv.photp", names["deputy"], Role.CHIEF_OF_OFFICE,
                       "Phó Trưởng phòng", "NV"),
            DemoPerson(f"{key}.chuyenvien", names["officer"], Role.OFFICER, "Chuyên viên", "NV"),
        ),
    )  # fmt: skip


def _commune(key: str, code: str, parent: str, name: str, names: dict[str, str]) -> DemoAgency:
    return DemoAgency(
        code=code,
        parent_code=parent,
        name=f"Ủy ban nhân dân xã {name}",
        notation="UBND",
        superior_name=names["superior"],
        authority="TM. ỦY BAN NHÂN DÂN",
        place=name,
        units=(DemoUnit("VP", "Văn phòng – Thống kê"), DemoUnit("KT", "Địa chính – Kinh tế")),
        people=(
            DemoPerson(f"{key}.vanthu", names["clerk"], Role.CLERK, "Văn thư", "VP"),
            DemoPerson(f"{key}.chutich", names["leader"], Role.LEADER, "Chủ tịch", "VP"),
            DemoPerson(f"{key}.vp", names["chief"], Role.CHIEF_OF_OFFICE,
                       "Công chức Văn phòng – Thống kê", "VP"),
            DemoPerson(f"{key}.cv", names["officer"], Role.OFFICER, "Công chức Địa chính", "KT"),
        ),
    )  # fmt: skip


BINH_SON = DemoNode(
    "binhson",
    "Bình Sơn",
    (
        _district("bs", "000.00.31.H48", "Bình Sơn", {
            "clerk": "Phạm Thị Lan Chi", "leader": "Võ Thanh Hải", "deputy": "Đặng Quốc Khải",
            "chief": "Huỳnh Tấn Vịnh", "head": "Trần Thị Diệu Hiền", "officer": "Lê Quang Nhật",
            "finance_head": "Nguyễn Hữu Tường", "finance": "Bùi Thị Mỹ Duyên",
            "admin": "Đỗ Minh Trí",
        }),
        _division("bs", "000.01.31.H48", "000.00.31.H48", "Bình Sơn", {
            "clerk": "Tạ Thị Thu Nguyệt", "head": "Trần Thị Diệu Hiền", "deputy": "Cao Văn Lộc",
            "officer": "Lê Quang Nhật",
        }),
        _commune("bs.bm", "000.21.31.H48", "000.00.31.H48", "Bình Minh", {
            "superior": "ỦY BAN NHÂN DÂN HUYỆN BÌNH SƠN", "clerk": "Ngô Thị Kim Thoa",
            "leader": "Phan Đình Hậu", "chief": "Mai Xuân Đạt", "officer": "Trương Công Sang",
        }),
        _commune("bs.bt", "000.22.31.H48", "000.00.31.H48", "Bình Trung", {
            "superior": "ỦY BAN NHÂN DÂN HUYỆN BÌNH SƠN", "clerk": "Hồ Thị Ánh Tuyết",
            "leader": "Lương Văn Thảo", "chief": "Dương Thị Bích Hà", "officer": "Kiều Anh Dũng",
        }),
    ),
)  # fmt: skip

SON_TINH = DemoNode(
    "sontinh",
    "Sơn Tịnh",
    (
        _district("st", "000.00.32.H48", "Sơn Tịnh", {
            "clerk": "Nguyễn Thị Hồng Vân", "leader": "Trần Quang Vinh", "deputy": "Lê Thị Hoài An",
            "chief": "Phạm Đức Thịnh", "head": "Võ Thị Ngọc Ánh", "officer": "Đinh Công Toàn",
            "finance_head": "Bùi Văn Chương", "finance": "Hà Thị Phương Uyên",
            "admin": "Lâm Gia Bảo",
        }),
        _division("st", "000.01.32.H48", "000.00.32.H48", "Sơn Tịnh", {
            "clerk": "Đoàn Thị Yến Nhi", "head": "Võ Thị Ngọc Ánh", "deputy": "Thái Văn Quý",
            "officer": "Đinh Công Toàn",
        }),
        _commune("st.th", "000.21.32.H48", "000.00.32.H48", "Tịnh Hà", {
            "superior": "ỦY BAN NHÂN DÂN HUYỆN SƠN TỊNH", "clerk": "Vũ Thị Thanh Trúc",
            "leader": "Nguyễn Đình Phước", "chief": "Lý Thị Cẩm Tú", "officer": "Phùng Văn Khánh",
        }),
        _commune("st.ts", "000.22.32.H48", "000.00.32.H48", "Tịnh Sơn", {
            "superior": "ỦY BAN NHÂN DÂN HUYỆN SƠN TỊNH", "clerk": "Trịnh Thị Mai Hương",
            "leader": "Châu Văn Đức", "chief": "Hoàng Thị Lệ Quyên", "officer": "Tô Hữu Phát",
        }),
    ),
)  # fmt: skip

HUB = DemoNode(
    "hub",
    "Trục liên thông tỉnh Quảng Ngãi",
    (
        DemoAgency(
            code=PROVINCE_CODE,
            parent_code="",
            name="Ủy ban nhân dân tỉnh Quảng Ngãi",
            notation="UBND",
            superior_name="",
            authority="TM. ỦY BAN NHÂN DÂN",
            place="Quảng Ngãi",
            units=(DemoUnit("TTTH", "Trung tâm Tin học – Công báo"),),
            people=(
                DemoPerson("hub.vanhanh", "Chế Minh Khoa", Role.OPERATOR, "Cán bộ vận hành",
                           "TTTH"),
                DemoPerson("hub.quantri", "Tôn Nữ Diễm Hằng", Role.ADMINISTRATOR, "Quản trị viên",
                           "TTTH"),
            ),
        ),
    ),
)  # fmt: skip

DISTRICTS = (BINH_SON, SON_TINH)
