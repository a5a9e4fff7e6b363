"""What judging signatures costs: processor time for one signature of a small file, alone and with
revisions after it that must be compared.

Run with `make bench-verification`; FILES may name further PDFs.
"""

import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from adapters.signing.demo_ca import DemoCA
from adapters.signing.demo_images import seal_image, signature_image
from adapters.signing.fields import prepare
from adapters.signing.keys import open_key, seal_key, unlock
from adapters.signing.sign import issue, sign_leader
from adapters.signing.validate import validate
from adapters.typeset import DocumentForm, font_bytes, typeset_document

ROUNDS = 20
PASSPHRASE, PIN, NODE_KEY = "bench passphrase", "482913", bytes(range(32))
PEOPLE = ("Đặng Thị Ngọc Ánh", "Ủy ban nhân dân huyện Bình Sơn")
FORM = DocumentForm(
    type_name="Công văn",
    issuer_name=PEOPLE[1],
    notation="/UBND-VP",
    place="Bình Sơn",
    subject="V/v báo cáo chuyển đổi số",
    body="Ủy ban nhân dân huyện đề nghị các đơn vị báo cáo.",
    authority=("CHỦ TỊCH",),
    signer_name=PEOPLE[0],
)


def files(now: datetime) -> tuple[bytes, dict[str, bytes]]:
    """(Root, files by what they are)."""
    ca = DemoCA.create("CA thử tải", now)
    person = _key(
        ca.issue_person(
            PEOPLE[0], title="Chủ tịch", organisation=PEOPLE[1], passphrase=PASSPHRASE, at=now
        )
    )
    agency = _key(ca.issue_agency(PEOPLE[1], code="H48.15", passphrase=PASSPHRASE, at=now))
    made = typeset_document(FORM)
    signed = sign_leader(
        prepare(made.pdf, made.places),
        person,
        signature_image(PEOPLE[0]),
        signer_name=PEOPLE[0],
        at=now,
    )
    regular = font_bytes()
    issued = issue(
        signed,
        agency,
        number="123",
        date_text="ngày 05 tháng 11 năm 2026",
        seal_png=seal_image("Huyện Bình Sơn", "Tỉnh Quảng Ngãi", regular),
        seal_mm=36.0,
        font=regular,
        date_font=font_bytes("Italic"),
        at=now,
    )
    return ca.root_der, {"one signature": signed, "two, compared": issued}


def _key(p12: bytes):
    sealed = seal_key(p12, PASSPHRASE, PIN, NODE_KEY)
    return open_key(sealed, unlock(sealed, PIN, NODE_KEY))


def main() -> None:
    logging.disable(logging.CRITICAL)
    now = datetime.now(UTC)
    root, made = files(now)
    more = {path: Path(path).read_bytes() for path in os.environ.get("FILES", "").split()}
    for what, data in (made | more).items():
        count = len(validate(data, [root], now).signatures) or 1
        begun = time.process_time()
        for _ in range(ROUNDS):
            validate(data, [root], now)
        each = (time.process_time() - begun) / ROUNDS / count
        line = f"{what}: {len(data) / 1000:.0f} kB, {count} signatures, {each * 1000:.1f} ms each\n"
        sys.stdout.write(line)


if __name__ == "__main__":
    main()
