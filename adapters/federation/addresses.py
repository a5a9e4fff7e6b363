"""Which addresses may be asked: they are typed in, and the hub stands inside a network whose other
machines must not be reached through it."""

import ipaddress
from urllib.parse import urlsplit

from domain.errors import Invalid

LONGEST = 500


def checked(address: str, allow_http: bool = False) -> str:
    """The address without its last slash. HTTPS, or HTTP on this very machine, or HTTP anywhere
    where the setting allows it; no user, query or fragment, no address of a whole network's own.

    Raises Invalid("federation-address-wrong" | "federation-address-http").
    """
    try:
        parts = urlsplit(address.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid("federation-address-wrong", field="address") from None
    extras = parts.username or parts.password or parts.query or parts.fragment
    plain = address.isascii() and address.isprintable() and len(address) <= LONGEST
    if parts.scheme not in ("http", "https") or not host or extras or not plain:
        raise Invalid("federation-address-wrong", field="address")
    if _is_nobodys(host):
        raise Invalid("federation-address-wrong", field="address")
    if parts.scheme == "http" and not allow_http and not _is_this_machine(host):
        raise Invalid("federation-address-http", field="address")
    return address.strip().rstrip("/")


def of_hub(endpoint: str) -> str:
    """Where the hub of an axis endpoint is told: https://host/axis → https://host."""
    return endpoint.rstrip("/").removesuffix("/axis")


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    number = _number(host)
    return host == "localhost" or (number is not None and number.is_loopback)


def _is_nobodys(host: str) -> bool:
    """Link-local addresses are where clouds keep the machine's own keys."""
    number = _number(host)
    if number is None:
        return False
    mapped = getattr(number, "ipv4_mapped", None) or number
    return mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified
