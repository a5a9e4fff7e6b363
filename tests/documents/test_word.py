"""Word drafts become PDF by the real LibreOffice, where it is installed."""

import io
import time
import zipfile

import pytest

from adapters import word
from adapters.pdf import page_text
from domain.errors import Invalid, Unavailable

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType=
"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="word/document.xml" Type=
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
</Relationships>"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>
<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"""


def docx(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", DOCUMENT.format(text=text))
    return out.getvalue()


needs_libreoffice = pytest.mark.skipif(not word.available(), reason="LibreOffice is not installed")


@needs_libreoffice
def test_a_word_draft_becomes_a_pdf_with_its_text():
    pdf = word.to_pdf(docx("Kính gửi: Ủy ban nhân dân huyện"))
    assert "Kính gửi: Ủy ban nhân dân huyện" in page_text(pdf, 0)


@needs_libreoffice
def test_a_conversion_that_takes_too_long_is_ended():
    begin = time.monotonic()
    with pytest.raises(Invalid, match="word-too-slow"):
        word.to_pdf(docx("chậm"), timeout=0.05)
    assert time.monotonic() - begin < 5


@needs_libreoffice
@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 cut off"])
def test_what_is_no_word_file_is_refused(data):
    with pytest.raises(Invalid, match="word-broken"):
        word.to_pdf(data)


def test_without_libreoffice_the_refusal_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not word.available()
    with pytest.raises(Unavailable, match="word-converter-missing"):
        word.to_pdf(docx("x"))
