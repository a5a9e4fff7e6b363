"""Which addresses an operator may enter for the hub to ask."""

import pytest

from adapters.federation import addresses
from domain.errors import Invalid


@pytest.mark.parametrize(
    "address",
    [
        "https://vanthu.huyen.gov.vn",
        "https://vanthu.huyen.gov.vn:8443/nut/",
        "http://127.0.0.1:8101",
        "http://localhost:8101",
        "http://[::1]:8101",
    ],
)
def test_https_and_this_very_machine_may_be_asked(address):
    assert addresses.checked(address) == address.rstrip("/")


@pytest.mark.parametrize("address", ["http://10.0.0.5", "http://vanthu.huyen.gov.vn"])
def test_plain_http_elsewhere_only_where_the_setting_allows_it(address):
    with pytest.raises(Invalid, match="federation-address-http"):
        addresses.checked(address)
    assert addresses.checked(address, allow_http=True) == address


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        "vanthu.huyen.gov.vn",
        "https://",
        "https://user:pass@vanthu.huyen.gov.vn",
        "https://vanthu.huyen.gov.vn/?x=1",
        "https://vanthu.huyen.gov.vn/#x",
        "https://vanthu.huyen.gov.vn:99999",
        "https://[::1",
        "https://vanthu.huyện.gov.vn",
        "https://vanthu.huyen.gov.vn/a\nb",
        "https://" + "a" * 500,
        "http://169.254.169.254/latest",
        "https://169.254.169.254",
        "https://[fe80::1]",
        "https://[::ffff:169.254.169.254]",
        "http://0.0.0.0:80",
    ],
)
def test_whatever_else_is_refused_even_where_http_is_allowed(address):
    with pytest.raises(Invalid, match="federation-address-wrong"):
        addresses.checked(address, allow_http=True)


def test_the_hub_is_told_beside_its_axis():
    assert addresses.of_hub("https://truc.tinh.gov.vn/axis") == "https://truc.tinh.gov.vn"
    assert (
        addresses.of_hub("https://truc.tinh.gov.vn/vanthu/axis/")
        == "https://truc.tinh.gov.vn/vanthu"
    )
