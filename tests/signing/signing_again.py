"""Signs everything that the files in a folder ask for and prints the digest of each output: run by
test_same_bytes.py in processes of their own, as a worker that follows a dead one."""

import json
import sys
from datetime import datetime
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.pdf import clear_corner
from adapters.signing.blocks import Block, sign_block
from adapters.signing.detached import sign_detached
from adapters.signing.keys import open_key, unlock
from adapters.signing.sign import issue, sign_leader
from tests.signing.conftest import NODE_KEY, PIN


def main(folder: Path, at: datetime) -> None:
    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    def key(name: str):
        return open_key(read(name), unlock(read(name), PIN, NODE_KEY))

    agency, font = key("agency.key"), read("font.ttf")
    signed = sign_leader(
        read("prepared.pdf"), key("person.key"), read("signature.png"), signer_name="Ánh", at=at
    )
    issued = issue(
        signed, agency, number="07", date_text="ngày 05 tháng 11 năm 2026",
        seal_png=read("seal.png"), seal_mm=36.0, font=font, at=at,
    )  # fmt: skip
    block = Block(("Số: 07/UBND-VP", "Thời gian ký: 05-11-2026"), font)
    enclosure = read("draft.pdf")
    made = {
        "leader": signed,
        "seal": issued,
        "enclosure": sign_block(
            enclosure, agency, block, clear_corner(enclosure, *block.size), at=at
        ),
        "beside": sign_detached(b"stt;1\n", agency, at=at),
        "curve": sign_leader(
            read("prepared.pdf"), key("curve.key"), read("signature.png"), signer_name="Ánh", at=at
        ),
    }
    print(json.dumps({name: sha256(data).hexdigest() for name, data in made.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
