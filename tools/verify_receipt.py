#!/usr/bin/env python3
"""Checks a receipt of the exchange offline: who took which package when, and that nobody changed
the receipt or the package since. Needs Python and `cryptography`, nothing else of this project.

    python verify_receipt.py RECEIPT.json PUBLIC_KEY [PACKAGE.edxml]

PUBLIC_KEY is a file (PEM, or 64 hexadecimal digits) or the 64 digits themselves. Get it from its
owner and not from whoever shows you the receipt.

Exit: 0 all that was checked is true; 1 something is false; 2 it could not be checked.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

FORMAT = "vanthu-receipt/1"
TRUE, FALSE, UNCHECKED = 0, 1, 2
IS_HEX = re.compile("[0-9A-Fa-f]{64}")
SHOWN = {
    "role": "Bên cấp biên nhận (role)",
    "signer": "Mã bên cấp (signer)",
    "sender": "Bên gửi (sender)",
    "recipients": "Nơi nhận (recipients)",
    "document_id": "Mã văn bản (DocumentId)",
    "hub_doc_id": "Mã trên trục (docId)",
    "payload_sha256": "SHA-256 của gói tin",
    "content_sha256": "SHA-256 của nội dung",
    "size": "Dung lượng, byte (size)",
    "at": "Thời điểm, giờ UTC (at)",
    "key_id": "Mã khóa (key_id)",
}


class Unchecked(Exception):
    """The check could not be made: nothing is said of the receipt."""


class Untrue(Exception):
    """The check was made and failed."""


def load_key(given: str) -> Ed25519PublicKey:
    text = given.strip()
    try:
        if not IS_HEX.fullmatch(text):
            text = Path(given).read_text(encoding="utf-8-sig").strip()
        if text.startswith("-----BEGIN"):
            key = load_pem_public_key(text.encode())
        else:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise Unchecked("Không đọc được khóa công khai (unreadable public key).") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Unchecked("Khóa không phải Ed25519 (not an Ed25519 key).")
    return key


def load_receipt(path: str) -> tuple[dict, str]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig").strip()
        receipt = json.loads(text)
    except (OSError, ValueError, RecursionError):
        raise Unchecked("Không đọc được tệp biên nhận (unreadable receipt).") from None
    if not isinstance(receipt, dict) or receipt.get("format") != FORMAT:
        raise Unchecked(f"Tệp không phải biên nhận {FORMAT} (not a receipt).")
    return receipt, text


def canonical(facts: dict) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def check_signature(receipt: dict, text: str, key: Ed25519PublicKey) -> None:
    facts = {name: value for name, value in receipt.items() if name != "signature"}
    if hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16] != receipt.get("key_id"):
        raise Untrue("Biên nhận được ký bằng khóa khác khóa đã cho (signed with another key).")
    try:
        signature = base64.b64decode(str(receipt.get("signature", "")), validate=True)
        key.verify(signature, canonical(facts).encode())
    except (ValueError, InvalidSignature):
        raise Untrue("Chữ ký sai: biên nhận đã bị sửa (wrong signature).") from None
    # What is signed are the facts; a file that writes one of them twice shows another to people.
    issued = canonical(receipt | {"signature": base64.b64encode(signature).decode()})
    if issued != text:
        raise Untrue("Tệp biên nhận không còn nguyên văn (not word for word as it was issued).")


def check_package(receipt: dict, path: str) -> None:
    try:
        with Path(path).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
    except (OSError, ValueError):
        raise Unchecked("Không đọc được tệp gói tin (unreadable package).") from None
    if digest == receipt.get("payload_sha256") and size == receipt.get("size"):
        return
    if receipt.get("role") == "recipient" and receipt.get("hops") not in (None, 0, 1):
        raise Unchecked(
            "Gói tin này không đúng từng byte gói mà nơi nhận đã ký. Nơi nhận ở sau một trục khác, "
            "mỗi trục thêm một chặng: hãy so content_sha256 tại hệ thống của bên gửi, hoặc so với "
            "tệp mà nơi nhận giữ (other bytes; behind another hub each hub adds its hop)."
        )
    raise Untrue("Gói tin KHÔNG phải gói mà biên nhận này ghi (another package).")


def show(receipt: dict) -> None:
    for name, label in SHOWN.items():
        value = receipt.get(name, "")
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        print(f"  {label}: {text}")


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):  # whatever the console knows, the answer must come
        stream.reconfigure(errors="backslashreplace")
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return UNCHECKED
    try:
        (receipt, text), key = load_receipt(arguments[0]), load_key(arguments[1])
        check_signature(receipt, text, key)
        if len(arguments) == 3:
            check_package(receipt, arguments[2])
    except Unchecked as problem:
        print(f"KHÔNG KIỂM TRA ĐƯỢC. {problem}", file=sys.stderr)
        return UNCHECKED
    except Untrue as problem:
        print(f"BIÊN NHẬN KHÔNG ĐÚNG. {problem}")
        return FALSE
    print("BIÊN NHẬN ĐÚNG (the receipt is true).")
    show(receipt)
    if len(arguments) == 2:
        print("  Chưa so với gói tin: hãy thêm tệp gói tin để so (package not compared).")
    return TRUE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
