"""Signing and verifying, without a network: what is signed, what is believed, what is refused."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from werkzeug.datastructures import EnvironHeaders

from adapters.axis import wire
from adapters.axis.body import file_in, hash_forms, hash_matches
from adapters.axis.errors import AxisRefusal

ID, SECRET = "99.99.01.H99", "bi-mat-cua-don-vi-mot"
AT = datetime(2026, 11, 22, 16, 53, 11, 217_900)  # noqa: DTZ001 - the JVM stamps its local time


def headers_of(arguments: dict, secret: str = SECRET) -> dict[str, str]:
    return dict(wire.sign_headers(arguments, ID, secret, "application/json", AT))


def signed_text(text: str, secret: str = SECRET) -> dict[str, str]:
    """Headers around any text at all, as a WSGI server would hand them over."""
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {wire.SIGN_TEXT: text.encode().decode("latin-1"), wire.SIGN_HASH: mac}


def signed_members(secret: str = SECRET, **members: object) -> dict[str, str]:
    named = {"XroadVnpt-systemid": ID} | {f"XroadVnpt-{k}": v for k, v in members.items()}
    return signed_text(json.dumps(named, ensure_ascii=False), secret)


def verify(headers: dict[str, str], operation: str | None = None, secrets=(SECRET,)) -> wire.Call:
    return wire.verify(headers, {ID: secrets}.get, operation)


def refusal_code(headers: dict[str, str], operation: str | None = None) -> str:
    with pytest.raises(AxisRefusal) as caught:
        verify(headers, operation)
    return caught.value.code


def test_the_stamp_is_local_time_with_a_literal_plus_and_four_digit_milliseconds():
    assert wire.stamp(AT) == "22112026T165311+0217"
    assert wire.stamp(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == "23112026T000000+0000"


def test_a_list_becomes_json_text_and_once_more_text_inside_the_signed_json():
    headers = headers_of({"to": ["99.99.02.H99", "99.99.03.H99"]})
    assert headers["XroadVnpt-to"] == '["99.99.02.H99","99.99.03.H99"]'
    assert r'"XroadVnpt-to":"[\"99.99.02.H99\",\"99.99.03.H99\"]"' in headers[wire.SIGN_TEXT]
    assert verify(headers).recipients == ["99.99.02.H99", "99.99.03.H99"]


def test_the_key_header_names_the_signed_members_in_the_order_of_the_json():
    headers = headers_of({"docId": "7", "filePath": "/tmp"})
    members = json.loads(headers[wire.SIGN_TEXT])
    assert headers[wire.SIGN_KEY].split(";") == [n.removeprefix("XroadVnpt-") for n in members]
    assert all(headers[name] == value for name, value in members.items())


def test_verified_arguments_are_those_that_were_signed():
    call = verify(headers_of({"docId": 'a"b\\c <&=>', "status": "done"}))
    assert call.system_id == ID
    assert call.arguments == {"docId": 'a"b\\c <&=>', "status": "done"}
    assert call.timestamp == "22112026T165311+0217"
    assert call.stamped_at.isoformat() == "2026-11-22T16:53:11.217000+07:00"


def test_the_single_headers_beside_the_signed_text_are_not_believed():
    headers = headers_of({"docId": "mine"}) | {"XroadVnpt-docId": "somebody-else's"}
    assert verify(headers).arguments == {"docId": "mine"}


def test_one_changed_letter_of_the_signed_text_is_refused():
    headers = headers_of({"docId": "A1"})
    headers[wire.SIGN_TEXT] = headers[wire.SIGN_TEXT].replace("A1", "A2")
    assert refusal_code(headers) == "axis-wrong-signature"


@pytest.mark.parametrize("mac", ["0" * 64, "é", "x", "\u1ea1"])
def test_a_hash_that_is_not_ours_is_refused_whatever_letters_it_has(mac):
    assert refusal_code(headers_of({}) | {wire.SIGN_HASH: mac}) == "axis-wrong-signature"


def test_old_and_new_secret_are_both_good_while_one_is_being_replaced():
    for secret in ("cu", "moi"):
        assert verify(headers_of({}, secret), secrets=("cu", "moi")).system_id == ID
    with pytest.raises(AxisRefusal, match="axis-wrong-signature"):
        verify(headers_of({}, "khac"), secrets=("cu", "moi"))


def test_a_sender_without_a_secret_is_unknown_and_an_empty_secret_list_is_no_key():
    for secrets in ({}, {ID: []}, {ID: None}, {ID: [""]}):
        with pytest.raises(AxisRefusal, match="axis-unknown-sender"):
            wire.verify(headers_of({}, secret=""), secrets.get)
    assert refusal_code(signed_text('{"XroadVnpt-docId":"1"}')) == "axis-unknown-sender"


@pytest.mark.parametrize("missing", [wire.SIGN_TEXT, wire.SIGN_HASH])
def test_a_missing_header_is_named(missing):
    headers = headers_of({})
    del headers[missing]
    with pytest.raises(AxisRefusal) as caught:
        verify(headers)
    assert (caught.value.code, caught.value.fields) == ("axis-header-missing", {"header": missing})


@pytest.mark.parametrize(
    "text",
    [
        "khong phai json",
        "[]",
        '"x"',
        "[" * 100_000,
        '{"XroadVnpt-systemid":1}',
        '{"XroadVnpt-systemid":null}',
        '{"XroadVnpt-systemid":{"a":"b"}}',
        '{"systemid":"99.99.01.H99"}',
        '{"XroadVnpt-systemid":"99.99.01.H99","XroadVnpt-systemid":"99.99.02.H99"}',
        '{"XroadVnpt-systemid":"' + "9" * 300_000 + '"}',
    ],
)
def test_signed_text_that_is_not_an_object_of_unique_texts_is_refused(text):
    assert refusal_code(signed_text(text)) == "axis-bad-arguments"


def test_utf8_header_text_is_read_as_it_was_signed():
    assert verify(signed_members(filePath="/văn bản/đến")).arguments["filePath"] == "/văn bản/đến"


def test_accents_crushed_to_low_bytes_are_told_as_a_wrong_signature_not_as_a_riddle():
    text = f'{{"XroadVnpt-systemid":"{ID}","XroadVnpt-filePath":"/Đường/văn bản"}}'
    headers = signed_text(text)
    headers[wire.SIGN_TEXT] = "".join(chr(ord(letter) & 0xFF) for letter in text)
    assert refusal_code(headers) == "axis-wrong-signature"


def test_our_own_side_refuses_to_sign_what_the_wire_would_alter():
    for value in ("văn bản", "a\r\nXroadVnpt-from: x", "\x7f"):
        with pytest.raises(AxisRefusal) as caught:
            headers_of({"filePath": value})
        assert caught.value.fields == {"argument": "filePath"}


def test_headers_may_come_from_flask_or_straight_from_the_environ():
    headers = headers_of({"docId": "7"})
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    for source in (EnvironHeaders(environ), wire.environ_headers(environ)):
        assert wire.verify(source, {ID: [SECRET]}.get).arguments == {"docId": "7"}


def test_both_spellings_of_the_document_id_are_one_argument():
    assert verify(signed_members(docid="7")).arguments == {"docId": "7"}
    assert verify(signed_members(docid="7", docId="7")).arguments == {"docId": "7"}


def test_two_different_document_ids_in_one_call_are_refused():
    for operation in (None, "getEdoc", "updateStatus", "getSentEdocList"):
        code = refusal_code(signed_members(docid="7", docId="8"), operation)
        assert code == "axis-ambiguous-document-id"


def test_left_overs_of_earlier_calls_do_not_disturb_an_operation_that_knows_nothing_of_them():
    left_over = {"docid": "7", "docId": "8", "from": "x", "hash-file": "y", "status": "done"}
    headers = signed_members(servicetype="eDoc", messagetype="edoc", **left_over)
    call = verify(headers, "getReceivedEdocList")
    assert call.arguments == {"servicetype": "eDoc", "messagetype": "edoc"}


@pytest.mark.parametrize("text", ["[1]", '{"a":"b"}', "[", "", '[["x"]]'])
def test_recipients_that_are_not_a_list_of_codes_are_refused(text):
    with pytest.raises(AxisRefusal, match="axis-bad-arguments"):
        _ = verify(signed_members(to=text)).recipients


def test_without_recipients_in_the_header_the_package_decides():
    assert verify(signed_members()).recipients is None
    assert verify(signed_members(to='"99.99.02.H99"')).recipients == ["99.99.02.H99"]


@pytest.mark.parametrize("stamp", ["", "x", "22112026T165311", "32112026T165311+0217"])
def test_a_stamp_that_is_no_time_is_none_and_no_reason_to_refuse(stamp):
    assert verify(signed_members(timestamp=stamp)).stamped_at is None


def test_the_sloppy_hash_drops_the_leading_zero_of_each_byte():
    data = next(
        str(n).encode() for n in range(99) if b"\x0e" in hashlib.sha256(str(n).encode()).digest()
    )
    digest = hashlib.sha256(data).digest()
    true_hex, sloppy = hash_forms(digest)
    assert true_hex == digest.hex()
    assert len(sloppy) < 64
    assert [int(true_hex[i : i + 2], 16) for i in range(0, 64, 2)] == list(digest)
    assert hash_matches(true_hex.upper(), digest)
    assert hash_matches(sloppy, digest)
    assert not hash_matches(sloppy, hashlib.sha256(data + b" ").digest())
    assert not hash_matches("", digest)


def form_of(data: bytes, form: int) -> str:
    return hash_forms(hashlib.sha256(data).digest())[form]


def file_of(body: bytes, hash_file: str | None, size: int = 100) -> bytes:
    """The file in a body that comes in pieces of this size."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(file_in(pieces, hash_file))


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("data", [b"<edXML/>", b"<edXML/>\r\n", b"<edXML/>\r\n\r\n"])
@pytest.mark.parametrize("ending", [b"\r\n", b""])
@pytest.mark.parametrize("form", [0, 1])
def test_the_file_is_found_in_the_body_with_and_without_the_extra_line_end(
    data, ending, form, size
):
    assert file_of(data + ending, form_of(data, form), size) == data


def test_only_one_line_end_is_stripped_where_no_hash_decides():
    assert file_of(b"x\r\n\r\n", None) == b"x\r\n"
    assert file_of(b"x\n", None) == b"x\n"
    assert file_of(b"x\r\n", None) == b"x"
    assert file_of(b"x\r\n", "", 1) == b"x"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "axis-empty-file"),
        (b"\r\n", "axis-empty-file"),
        (b"<b/>\r\n", "axis-hash-mismatch"),
    ],
)
def test_an_empty_or_altered_file_is_refused(body, code):
    with pytest.raises(AxisRefusal, match=code):
        file_of(body, form_of(b"<a/>", 1))
