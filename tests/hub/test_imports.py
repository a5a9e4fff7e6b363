"""The directory as a file: what is exported can be read in again, what a file would change is shown
before, hostile files end in a refusal."""

import io
import re
import zipfile

import openpyxl
import pytest

from adapters import sheets
from domain.errors import Conflict, Forbidden, Invalid
from domain.roles import Actor, Role
from models.audit import AuditEntry
from models.directory_imports import DirectoryImport, DirectoryImportLine
from models.exchange import OutboxItem
from models.hub import DirectoryEntry
from services import audit_chain
from services.hub import directory, exports, imports
from services.hub.columns import HEADINGS
from tests.conftest import PASSWORD, drain
from tests.hub.packages import BINH_MINH, BINH_SON, SON_TINH
from tests.visitor import Visitor

HEAD = "Mã định danh,Tên cơ quan,Mã cơ quan cấp trên"
NEW = "000.77.31.H48"


@pytest.fixture
def visitor(hub_app):
    return Visitor(hub_app, "hub.vanhanh", PASSWORD)


@pytest.fixture
def take(hub_app, office, operator):
    """Uploads a file and has it read; gives it."""

    def go(data: bytes | str, name: str = "danh-ba.csv") -> DirectoryImport:
        data = data.encode() if isinstance(data, str) else data
        import_id = imports.upload(office, operator, name, data)
        drain(hub_app, kinds={"read_import"})
        return again(office, DirectoryImport, import_id)

    return go


def again(office, model, row_id):
    office.session().rollback()
    office.session().expire_all()
    return office.session().get(model, row_id)


def lines(office, item, change: str) -> list[DirectoryImportLine]:
    query = office.session().query(DirectoryImportLine)
    return query.filter_by(import_id=item.id, change=change).order_by("line").all()


def entry(office, code: str) -> DirectoryEntry:
    office.session().rollback()
    office.session().expire_all()
    return office.session().query(DirectoryEntry).filter_by(code=code).one()


def apply(hub_app, office, operator, item) -> None:
    assert imports.start(office, operator, item.id)
    drain(hub_app, kinds={"apply_import"})
    assert again(office, DirectoryImport, item.id).state == "applied"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_exported_says_nothing_new_when_it_comes_back(office, operator, take, kind):
    found = entry(office, BINH_MINH)
    ending = directory.Ending(office.today(), BINH_SON, True)
    directory.dissolve(office, operator, found.id, found.version, ending)
    data = (exports.as_xlsx if kind == "xlsx" else exports.as_csv)(office, operator)
    item = take(data, f"danh-ba.{kind}")
    assert (item.state, item.lines, item.new, item.changed, item.errors) == ("ready", 9, 0, 0, 0)


def test_a_file_is_shown_line_by_line_and_then_applied(hub_app, office, operator, take):
    item = take(
        f"{HEAD},Thư điện tử\n"
        f"{NEW},Ủy ban nhân dân xã Bình Đông,{BINH_SON},bdong@don-vi.example\n"
        f"{BINH_MINH},Ủy ban nhân dân xã Bình Minh mới,{BINH_SON},\n"
        f"\n"
        f"{SON_TINH},Ủy ban nhân dân huyện Sơn Tịnh,{entry(office, SON_TINH).parent_code},\n"
        f"000.78.31.H48,Xã Con,{NEW},\n"  # its superior comes in the same file
    )
    assert (item.lines, item.new, item.changed, item.errors) == (4, 2, 1, 0)
    [changed] = lines(office, item, "changed")
    assert changed.before == {"name": "Ủy ban nhân dân xã Bình Minh"}
    assert entry(office, BINH_MINH).name == "Ủy ban nhân dân xã Bình Minh", "nothing written yet"
    versions = {e.version for e in office.session().query(DirectoryEntry)}
    apply(hub_app, office, operator, item)
    found = [entry(office, code) for code in (NEW, BINH_MINH, "000.78.31.H48")]
    assert [e.name for e in found] == [
        "Ủy ban nhân dân xã Bình Đông",
        "Ủy ban nhân dân xã Bình Minh mới",
        "Xã Con",
    ]
    assert len({e.version for e in found}) == 3
    assert min(e.version for e in found) > max(versions)
    assert found[0].valid_from == office.today()
    assert [e.code for e in directory.listing(office, operator, "binh dong")[0]] == [NEW]
    steps = office.session().query(AuditEntry).filter_by(tag="hub:directory_import").all()
    assert [s.details["step"] for s in steps] == ["upload", "apply"]
    assert list(audit_chain.verify(office.session())) == []


WRONG = (
    ("mã sai,Tên,", "directory-code-malformed"),
    ("000.71.31.H48,,", "import-no-name"),
    ("000.72.31.H48,Tên,000.99.99.H99", "directory-parent-unknown"),
    ("000.73.31.H48,Tên,000.73.31.H48", "directory-parent-unknown"),
    (f"{BINH_SON},Tên hai,", "import-twice"),
    ("000.74.31.H48,Tên,,hôm qua", "import-cell"),
    ("000.75.31.H48,Tên,,1/2/2026,1/1/2026", "import-days"),
    ("000.76.31.H48,Tên,,,,000.99.99.H99", "directory-successor-unknown"),
    ("000.78.31.H48,Tên,,,,,x", "directory-forward-nowhere"),
    ("000.79.31.H48,Tên,,,,,có lẽ", "import-cell"),
    (f"000.80.31.H48,{'a' * 501},", "import-cell"),
)


def test_wrong_lines_are_left_out_and_say_why(hub_app, office, operator, take, visitor):
    item = take(
        f"{HEAD},Có hiệu lực từ,Đến hết ngày,Mã cơ quan kế thừa,Chuyển tiếp cho cơ quan kế thừa\n"
        f"{BINH_SON},Ủy ban nhân dân huyện Bình Sơn một,\n"
        + "".join(f"{line}\n" for line, _ in WRONG)
    )
    assert (item.changed, item.errors) == (1, len(WRONG))
    found = [(line.line, line.problem) for line in lines(office, item, "error")]
    assert found == [(number, problem) for number, (_, problem) in enumerate(WRONG, start=3)]
    page = visitor.get(f"/hub/directory/imports/{item.id}").text
    assert f"{len(WRONG)} dòng sai không được áp dụng" in page
    assert "Cột Có hiệu lực từ không đọc được: “hôm qua”." in page
    apply(hub_app, office, operator, item)
    assert entry(office, BINH_SON).name.endswith("một")
    assert office.session().query(DirectoryEntry).count() == 9


def bomb() -> bytes:
    """A workbook whose one sheet is far larger than it says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(64):
                part.write(b" " * 1024 * 1024)
    return out.getvalue()


def entities() -> bytes:
    out = io.BytesIO()
    sound = zipfile.ZipFile(io.BytesIO(sheets.write_xlsx("a", ["Mã", "Tên"], [])))
    with zipfile.ZipFile(out, "w") as archive:
        for name in sound.namelist():
            data = sound.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data.partition(b"?>")[2]
            archive.writestr(name, data)
    return out.getvalue()


def spoilt() -> bytes:
    """A workbook whose compressed bytes were damaged on the way."""
    data = bytearray(sheets.write_xlsx("a", ["Mã", "Tên"], [["x", "y"]] * 100))
    start = data.index(b"sheet1.xml") + 20
    data[start : start + 40] = b"\xff" * 40
    return bytes(data)


HOSTILE = (
    (spoilt, "sheet-unreadable"),
    (bomb, "sheet-too-large"),
    (entities, "sheet-unreadable"),
    (lambda: b"PK\x03\x04 not an archive", "sheet-unreadable"),
    (lambda: b"\xff\x00\xff\x00\xfe", "sheet-unreadable"),
    (lambda: b"a,b\nc,d\n" * 50, "sheet-no-heading"),
    (lambda: f"{HEAD}\n".encode() + b"\n" * 300, "sheet-too-large"),
    (lambda: HEAD.encode() + b'\n"' + b"x" * 200_000, "sheet-unreadable"),
)


def test_hostile_files_are_refused_in_words(office, take, visitor, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 8 * 1024 * 1024)
    monkeypatch.setattr(sheets, "MOST_ROWS", 200)
    for make, problem in HOSTILE:
        item = take(make())
        assert (item.state, item.problem) == ("failed", problem)
        assert "Chọn tệp khác" in visitor.get(f"/hub/directory/imports/{item.id}").text


def test_a_letter_that_no_database_keeps_is_left_out(office, take):
    item = take(f"{HEAD}\n000.77.31.H48,Xã \0Bình An\n".encode())
    assert (item.state, item.new, item.errors) == ("ready", 1, 0)


def test_no_cell_becomes_a_formula_and_none_is_lost_by_that(office, operator):
    rows = [["=1+1", "+84", "-x", "@a", "'thường"]]
    data = sheets.write_csv(["a"], rows)
    assert b"\n'=1+1,'+84,'-x,'@a,'th" in data.replace(b"\r", b"")
    assert list(sheets.read_rows(data))[1] == rows[0]
    assert list(sheets.read_rows(sheets.write_xlsx("a", ["a"], rows)))[1] == rows[0]


def test_a_directory_that_changed_meanwhile_is_compared_anew(hub_app, office, operator, take):
    item = take(f"{HEAD}\n{NEW},Ủy ban nhân dân xã Bình Đông,{BINH_SON}\n")
    directory.add(office, operator, directory.EntryFields(NEW, "Ủy ban nhân dân xã Bình Đông",
                                                          BINH_SON))  # fmt: skip
    assert imports.start(office, operator, item.id) is False
    drain(hub_app, kinds={"read_import"})
    item = again(office, DirectoryImport, item.id)
    assert (item.state, item.new, item.changed) == ("ready", 0, 0)
    with pytest.raises(Conflict, match="wrong-state"):
        imports.start(office, operator, item.id)


def test_an_interrupted_application_goes_on_where_it_was(hub_app, office, operator, take,
                                                         monkeypatch):  # fmt: skip
    monkeypatch.setattr(imports, "AT_ONCE", 3)
    many = "".join(f"000.7{n}.00.H48,Xã Số {n},\n" for n in range(8))
    item = take(f"{HEAD}\n{many}")
    real, done = imports._put, []

    def dies(work, some):
        done.append(len(some))
        if len(done) == 2:
            raise RuntimeError("power cut")
        real(work, some)

    monkeypatch.setattr(imports, "_put", dies)
    assert imports.start(office, operator, item.id)
    drain(hub_app, rounds=1, kinds={"apply_import"})
    assert again(office, DirectoryImport, item.id).applied_line == 4
    from tests.hub.test_ledger import poll_now  # noqa: F401 - the pause of a failed job

    office.session().query(OutboxItem).update({"due_at": office.now()})
    office.session().commit()
    drain(hub_app, kinds={"apply_import"})
    assert again(office, DirectoryImport, item.id).state == "applied"
    assert done == [3, 3, 3, 2]
    assert office.session().query(DirectoryEntry).count() == 17


def test_the_pages_lead_from_the_file_to_the_directory(hub_app, office, visitor):
    page = visitor.get("/hub/directory").text
    assert 'href="/hub/directory/imports"' in page
    empty = visitor.submit("/hub/directory/imports", {}, page="/hub/directory/imports")
    assert (empty.status_code, "data-error-summary" in empty.text) == (422, True)
    sent = {"file": (io.BytesIO(f"{HEAD}\n{NEW},Xã Một,{BINH_SON}\n".encode()), "xã.csv")}
    answer = visitor.submit("/hub/directory/imports", sent, page="/hub/directory/imports")
    assert answer.status_code == 303
    url = answer.location
    assert "Đang đọc tệp" in visitor.get(url).text
    drain(hub_app, kinds={"read_import"})
    page = visitor.get(url).text
    for words in ("Chờ áp dụng", "1 cơ quan mới", "Áp dụng 1 dòng", NEW, "xã.csv"):
        assert words in page, words
    visitor.get(f"{url}?change=changed&page=2")
    fragment = visitor.get(f"{url}?change=new", **{"HX-Request": "true"}).text
    assert NEW in fragment
    assert visitor.submit(f"{url}/apply", page=url).status_code == 303
    assert "Đang ghi vào danh bạ" in visitor.get(url).text
    drain(hub_app, kinds={"apply_import"})
    assert "Đã áp dụng" in visitor.get(url).text
    visitor.get("/hub/directory/imports")
    visitor.get("/hub/directory/imports/999", status=404)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_directory_is_taken_home(visitor, kind):
    answer = visitor.get(f"/hub/directory/export.{kind}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(sheets.read_rows(answer.data))
    assert (rows[0], len(rows)) == (list(HEADINGS.values()), 10)


def test_only_who_runs_the_hub_brings_files(office):
    officer = Actor(name="Ai đó", person_id=1, agency_id=1, role=Role.OFFICER)
    for act in (
        lambda: imports.upload(office, officer, "a", b"a"),
        lambda: imports.start(office, officer, 1),
        lambda: imports.recent(office, officer),
        lambda: exports.as_csv(office, officer),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(Invalid, match="sheet-too-large"):
        list(sheets.read_rows(b"a" * (sheets.MOST_BYTES + 1)))


def sheet(fill) -> bytes:
    """An XLSX file as a program writes it that calculates nothing."""
    book = openpyxl.Workbook()
    fill(book.active)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_a_cell_merged_over_several_rows_counts_for_each_of_them(take, office):
    def fill(rows):
        rows.append(["DANH MỤC CƠ QUAN"])
        rows.merge_cells("A1:C1")
        rows.append(HEAD.split(","))
        for number in (1, 2, 3):
            rows.append(
                [f"000.7{number}.31.H48", f"Xã {number}", BINH_SON if number == 1 else None]
            )
        rows.merge_cells("C3:C4")

    found = lines(office, take(sheet(fill), "gop.xlsx"), "new")
    assert [line.values["parent_code"] for line in found] == [BINH_SON, BINH_SON, ""]


def test_a_formula_without_a_result_is_not_an_empty_cell(take, office):
    def fill(rows):
        rows.append(HEAD.split(","))
        rows.append(
            [SON_TINH, "Ủy ban nhân dân huyện Sơn Tịnh", '=CONCATENATE("000.00.","00.H48")']
        )

    refused = take(sheet(fill), "cong-thuc.xlsx")
    assert refused.problem == "sheet-not-calculated"
    assert entry(office, SON_TINH).parent_code, "it would have been emptied"


@pytest.mark.parametrize("value", ["<v>000.00.00.H48</v>", "<v></v>"])
def test_a_calculated_formula_is_its_result_be_it_empty(value):
    made = sheet(lambda rows: rows.append(["=A1", "b"]))
    before = zipfile.ZipFile(io.BytesIO(made))
    after = io.BytesIO()
    with zipfile.ZipFile(after, "w") as archive:
        for name in before.namelist():
            data = before.read(name)
            if name.endswith("sheet1.xml"):
                data = re.sub(rb"<c r=.A1.[^>]*>.*?</c>",
                              f'<c r="A1" t="str"><f>A2</f>{value}</c>'.encode(), data)  # fmt: skip
            archive.writestr(name, data)
    [row] = sheets.read_rows(after.getvalue())
    assert row == [value[3:-4], "b"]


def test_what_a_spreadsheet_writes_for_a_mistake_is_no_name(take, office):
    [line] = lines(office, take(f"{HEAD}\n{NEW},#REF!,\n"), "error")
    assert (line.problem, line.problem_fields["cell"]) == ("import-cell", "#REF!")
