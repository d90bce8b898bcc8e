"""The settings of the environment: read once, checked at start, unknown ones refused."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portal.core.money import CURRENCIES

HERE = Path(__file__).resolve().parent.parent
#: Where templates/, static/, migrations/ are: beside portal/ in a checkout, inside it in a wheel.
ROOT = HERE / "_root" if (HERE / "_root").is_dir() else HERE.parent

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SECRET_BYTES = 32


class ConfigError(Exception):
    """A setting that cannot work; the message says what to do."""


def _setting(default: str, meaning: str) -> str:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Config:
    """What the environment says: each field is `ACCORD_<FIELD>`; the README prints the meanings."""

    instance: str = _setting(
        "instance", "folder of the database, files and keys, unless told otherwise"
    )
    database_url: str = _setting("", "SQLAlchemy URL; SQLite in the instance folder by default")
    secret_key: str = _setting(
        "", "signs cookies and links; else `secret.key` in the instance folder"
    )
    public_url: str = _setting(
        "http://localhost:8000", "the address customers use; mails link to it"
    )
    storage_url: str = _setting("", "where files are kept (fsspec URL); a folder by default")
    mail_url: str = _setting(
        "mailbox:", "smtp://user:password@host:port?from=…, or mailbox: to keep mails on a page"
    )
    sms_url: str = _setting(
        "", "texts: https://user:token@host/path, or console: to keep them on a page; else none"
    )
    tasks_url: str = _setting("", "task engine: sqlite:///…, postgresql://…, redis://…")
    signing_key: str = _setting("", "PEM file with the key and certificate of the seal")
    tsa_url: str = _setting("", "timestamp authority (RFC 3161) of the seals; https, or loopback")
    scan_command: str = _setting(
        "",
        "scans uploads for viruses: reads one from standard input, ends with 0 where it is clean",
    )
    timezone: str = _setting("Asia/Shanghai", "time zone of a new company")
    currency: str = _setting("CNY", "currency of a new company")
    language: str = _setting("en", "language of a new company: en or zh-CN")
    company: str = _setting("", "legal name of a new company")
    demo: str = _setting("", "1 shows the mailbox page and the logins of the demo")
    proxies: str = _setting("0", "number of trusted proxies in front")

    @property
    def instance_path(self) -> Path:
        return Path(self.instance).resolve()

    @property
    def is_demo(self) -> bool:
        return self.demo == "1"

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def public_host(self) -> str:
        """The name in the public address."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL, with psycopg 3 for PostgreSQL."""
        url = self.database_url or f"sqlite:///{self.instance_path / 'accord.sqlite3'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def storage(self) -> str:
        return self.storage_url or f"file://{self.instance_path / 'files'}"

    @property
    def sms(self) -> str:
        """Where texts are handed to; empty where none are sent. The demo keeps them on its page."""
        return self.sms_url or ("console:" if self.is_demo else "")

    @property
    def tasks(self) -> str:
        return self.tasks_url or f"sqlite:///{self.instance_path / 'tasks.sqlite3'}"

    @property
    def secret_file(self) -> Path:
        return self.instance_path / "secret.key"

    def secret(self) -> str:
        """The installation's secret; `ConfigError` when there is none yet."""
        if self.secret_key:
            return self.secret_key
        if self.secret_file.is_file():
            return self.secret_file.read_text("ascii").strip()
        raise ConfigError(
            "There is no secret key yet. Run `accord init`, or set ACCORD_SECRET_KEY."
        )

    def write_secret(self) -> None:
        """Makes the secret file (mode 0600) where no secret is set yet."""
        if self.secret_key or self.secret_file.exists():
            return
        self.instance_path.mkdir(parents=True, exist_ok=True)
        # Made whole beside and linked: of two at once one wins, and nobody reads half a secret.
        with tempfile.NamedTemporaryFile("w", dir=self.instance_path) as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, self.secret_file)


def settings_table() -> list[tuple[str, str, str]]:
    """Every environment variable with its default and its meaning, as the README prints them."""
    return [
        (f"ACCORD_{f.name.upper()}", str(f.default), str(f.metadata["meaning"]))
        for f in fields(Config)
    ]


def read_config(environ: Mapping[str, str] | None = None) -> Config:
    """The settings of the environment, checked; `ConfigError` names the one that is wrong."""
    environ = os.environ if environ is None else environ
    known = {f"ACCORD_{f.name.upper()}": f.name for f in fields(Config)}
    given: dict[str, str] = {}
    for name, value in environ.items():
        if (
            not name.startswith("ACCORD_")
            or name.startswith("ACCORD_TEST_")
            or name == "ACCORD_DATA"
        ):
            continue
        if name not in known:
            raise ConfigError(
                f"{name} is not a setting of Accord. Unset it; see the README's table."
            )
        given[known[name]] = value
    config = Config(**given)
    _check(config)
    return config


def _check(config: Config) -> None:
    if config.secret_key and len(config.secret_key) < SECRET_BYTES:
        raise ConfigError(
            f"ACCORD_SECRET_KEY is too short: give it {SECRET_BYTES} characters or more."
        )
    _check_addresses(config)
    if config.timezone not in available_timezones():
        raise ConfigError(
            f"ACCORD_TIMEZONE: {config.timezone} is not a time zone, say Europe/Berlin."
        )
    if config.currency not in CURRENCIES:
        raise ConfigError(
            f"ACCORD_CURRENCY: {config.currency} is not a currency code of ISO 4217, say EUR."
        )
    if config.language not in {"en", "zh-CN"}:
        raise ConfigError("ACCORD_LANGUAGE must be en or zh-CN.")
    try:
        make_url(config.database)
    except ArgumentError as error:
        raise ConfigError(
            "ACCORD_DATABASE_URL is not a database's address, say postgresql://host/name."
        ) from error
    if not config.proxies.isdecimal():
        raise ConfigError("ACCORD_PROXIES must be a whole number, 0 for none.")


def _check_addresses(config: Config) -> None:
    if urlsplit(config.public_url).scheme not in {"http", "https"}:
        raise ConfigError("ACCORD_PUBLIC_URL must begin with http:// or https://.")
    if config.tsa_url and not _is_safe(config.tsa_url):
        raise ConfigError("ACCORD_TSA_URL must begin with https://, unless it is on this machine.")
    if config.sms_url not in {"", "console:"} and not _is_safe(config.sms_url):
        raise ConfigError(
            "ACCORD_SMS_URL must be console: or begin with https://, unless it is on this machine."
        )


def is_public_url_safe(config: Config) -> bool:
    """Whether sessions may travel to this address: https, or plain http on this machine only."""
    return _is_safe(config.public_url)


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
