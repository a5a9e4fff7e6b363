"""Settings: one frozen object, built from the environment once. A bad or missing value stops the
start with one clear line; there is no default secret."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

ENV_PREFIX = "VANTHU_"
MIN_SECRET = 32
LARGEST_PACKAGE_MB = 2048  # what readers of packages take (adapters/edxml/limits.py)


class ConfigError(SystemExit):
    """Stops the program with one line on stderr."""


class NodeRole(StrEnum):
    DISTRICT = "district"
    HUB = "hub"


@dataclass(frozen=True, repr=False)
class Settings:
    """What differs between deployments. Times are in seconds, sizes in bytes."""

    role: NodeRole
    node_name: str
    secret_key: str
    node_key: bytes  # 32 bytes; seals keys and secrets at rest
    data_dir: Path
    database_url: str
    redis_url: str
    asset_source: str = "cdn"  # cdn | local
    secure_cookies: bool = False
    poll_seconds: int = 60
    directory_seconds: int = 3600
    audit_head_seconds: int = 3600
    wait_seconds: int = 15  # how long a call may wait for news; 0: no long polls
    waiters: int = 16  # so many may wait at once in one web process of a hub
    federation_seconds: int = 300
    federation_push_seconds: int = 0  # 0: the hub asks
    federation_http: bool = False
    axis_calls_per_minute: int = 12_000  # of one system at the hub; 0: any number
    stamp_days: int = 0  # how old the time stamp of a call to the hub may be; 0: any
    payload_days: int = 365  # how long the hub keeps what was delivered; 0: for ever
    max_upload: int = 50 * 1024 * 1024
    max_package: int = 120 * 1024 * 1024  # of the exchange, files in base64 and all
    trusted_proxies: int = 0
    tsa_url: str = ""  # where RFC 3161 time stamps come from; empty: signatures go without
    tsa_credentials: str = ""  # "user:password"
    tsa_policy: str = ""
    stamp_renewal_days: int = 180  # before the certificate of an archive stamp ends
    revocation_sources: str = ""  # adapters/signing/outside.py, Sources
    package_key: bytes = b""  # PEM of a key and its certificate; empty: packages go unsigned
    # Libraries of tokens by the names that administrators choose from: none comes from a form.
    pkcs11_modules: Mapping[str, str] = field(default_factory=dict)
    csc_http: bool = False  # lets a signing service on this machine be called over plain HTTP
    demo: bool = False
    public_verification: bool = False  # anybody may have a file's signatures checked

    @property
    def is_hub(self) -> bool:
        return self.role is NodeRole.HUB

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(ENV_PREFIX + name, "")
    if not value:
        raise ConfigError(f"{ENV_PREFIX}{name} is not set (see .env.example)")
    return value


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(ENV_PREFIX + name, str(default))
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{ENV_PREFIX}{name} must be a whole number, not {text!r}") from None


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(ENV_PREFIX + name, default)
    if value not in allowed:
        raise ConfigError(f"{ENV_PREFIX}{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _node_key(env: Mapping[str, str]) -> bytes:
    text = _required(env, "NODE_KEY")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigError(f"{ENV_PREFIX}NODE_KEY must be 64 hexadecimal digits")
    return key


def _secret_key(env: Mapping[str, str]) -> str:
    secret = _required(env, "SECRET_KEY")
    if len(secret) < MIN_SECRET:
        raise ConfigError(f"{ENV_PREFIX}SECRET_KEY must have at least {MIN_SECRET} characters")
    return secret


def _data_dir(env: Mapping[str, str]) -> Path:
    path = Path(_required(env, "DATA_DIR")).absolute()
    if not path.is_dir():
        raise ConfigError(f"{ENV_PREFIX}DATA_DIR: no such folder: {path}")
    return path


def _package_key(env: Mapping[str, str]) -> bytes:
    path = env.get(ENV_PREFIX + "PACKAGE_KEY", "")
    try:
        return Path(path).read_bytes() if path else b""
    except OSError as error:
        raise ConfigError(f"{ENV_PREFIX}PACKAGE_KEY: {error.strerror}: {path}") from None


def _tsa(env: Mapping[str, str]) -> dict[str, str]:
    url, path = env.get(ENV_PREFIX + "TSA_URL", ""), env.get(ENV_PREFIX + "TSA_CREDENTIALS", "")
    if url and not url.startswith(("http://", "https://")):
        raise ConfigError(f"{ENV_PREFIX}TSA_URL must begin with http:// or https://, not {url!r}")
    try:
        credentials = Path(path).read_text().strip() if path else ""
    except OSError as error:
        raise ConfigError(f"{ENV_PREFIX}TSA_CREDENTIALS: {error.strerror}: {path}") from None
    policy = env.get(ENV_PREFIX + "TSA_POLICY", "")
    if policy and not all(part.isdecimal() for part in policy.split(".")):
        raise ConfigError(f"{ENV_PREFIX}TSA_POLICY must be an object identifier, not {policy!r}")
    return {"tsa_url": url, "tsa_credentials": credentials, "tsa_policy": policy}


def _sources(env: Mapping[str, str]) -> str:
    text = env.get(ENV_PREFIX + "REVOCATION_SOURCES", "")
    for item in filter(None, (part.strip() for part in text.split(","))):
        named, equals, place = item.partition("=")
        if equals and not (named.startswith("http") and place.startswith("http")):
            raise ConfigError(
                f"{ENV_PREFIX}REVOCATION_SOURCES: neither a host nor http…=http…: {item!r}"
            )
    return text


def _package_limit(env: Mapping[str, str]) -> int:
    megabytes = _number(env, "MAX_PACKAGE_MB", 120)
    if not 1 <= megabytes <= LARGEST_PACKAGE_MB:
        raise ConfigError(
            f"{ENV_PREFIX}MAX_PACKAGE_MB must be from 1 to {LARGEST_PACKAGE_MB}, not {megabytes}"
        )
    return megabytes * 1024 * 1024


def _modules(env: Mapping[str, str]) -> dict[str, str]:
    """`name=/path/of/library.so`, several with semicolons between."""
    found = {}
    for each in filter(None, env.get(ENV_PREFIX + "PKCS11_MODULES", "").split(";")):
        name, equals, path = each.strip().partition("=")
        if not (name and equals and Path(path).is_file()):
            raise ConfigError(f"{ENV_PREFIX}PKCS11_MODULES: no such library: {each.strip()!r}")
        found[name] = path
    return found


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from environment variables `VANTHU_…`; raises ConfigError with one line."""
    env = os.environ if env is None else env
    data_dir = _data_dir(env)
    return Settings(
        role=NodeRole(_one_of(env, "ROLE", "district", tuple(NodeRole))),
        node_name=env.get(ENV_PREFIX + "NODE_NAME", "Vanthu"),
        secret_key=_secret_key(env),
        node_key=_node_key(env),
        data_dir=data_dir,
        database_url=env.get(ENV_PREFIX + "DATABASE_URL") or f"sqlite:///{data_dir}/vanthu.db",
        redis_url=env.get(ENV_PREFIX + "REDIS_URL") or f"unix://{data_dir}/queue.sock",
        asset_source=_one_of(env, "ASSET_SOURCE", "cdn", ("cdn", "local")),
        secure_cookies=_one_of(env, "SECURE_COOKIES", "0", ("0", "1")) == "1",
        poll_seconds=_number(env, "POLL_SECONDS", 60),
        directory_seconds=_number(env, "DIRECTORY_SECONDS", 3600),
        audit_head_seconds=_number(env, "AUDIT_HEAD_SECONDS", 3600),
        wait_seconds=_number(env, "WAIT_SECONDS", 15),
        waiters=_number(env, "WAITERS", 16),
        federation_seconds=_number(env, "FEDERATION_SECONDS", 300),
        federation_push_seconds=_number(env, "FEDERATION_PUSH_SECONDS", 0),
        federation_http=_one_of(env, "FEDERATION_HTTP", "0", ("0", "1")) == "1",
        axis_calls_per_minute=_number(env, "AXIS_CALLS_PER_MINUTE", 12_000),
        stamp_days=_number(env, "STAMP_DAYS", 0),
        payload_days=_number(env, "PAYLOAD_DAYS", 365),
        max_upload=_number(env, "MAX_UPLOAD_MB", 50) * 1024 * 1024,
        max_package=_package_limit(env),
        trusted_proxies=_number(env, "TRUSTED_PROXIES", 0),
        **_tsa(env),
        stamp_renewal_days=_number(env, "STAMP_RENEWAL_DAYS", 180),
        revocation_sources=_sources(env),
        package_key=_package_key(env),
        pkcs11_modules=_modules(env),
        csc_http=_one_of(env, "CSC_HTTP", "0", ("0", "1")) == "1",
        demo=_one_of(env, "DEMO", "0", ("0", "1")) == "1",
        public_verification=_one_of(env, "PUBLIC_VERIFICATION", "0", ("0", "1")) == "1",
    )
