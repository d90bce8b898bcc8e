"""The environment's settings."""

import stat

import pytest

from portal.base.config import Config, ConfigError, is_public_url_safe, read_config


def test_an_unknown_setting_is_refused_by_name():
    with pytest.raises(ConfigError, match="ACCORD_DATABASE_ULR"):
        read_config({"ACCORD_DATABASE_ULR": "sqlite://"})


def test_the_settings_of_tests_are_left_alone():
    assert read_config({"ACCORD_TEST_DATABASE_URL": "x", "ACCORD_DATA": "y"}) == Config()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCORD_SECRET_KEY", "short"),
        ("ACCORD_PUBLIC_URL", "portal.example"),
        ("ACCORD_TIMEZONE", "Middle/Earth"),
        ("ACCORD_LANGUAGE", "tlh"),
        ("ACCORD_CURRENCY", "XYZ"),
        ("ACCORD_DATABASE_URL", "nonsense"),
        ("ACCORD_PROXIES", "-1"),
    ],
)
def test_a_setting_that_cannot_work_is_named(name, value):
    with pytest.raises(ConfigError, match=name):
        read_config({name: value})


def test_plain_postgresql_urls_get_the_driver():
    assert Config(database_url="postgresql://h/d").database == "postgresql+psycopg://h/d"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://portal.example", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:9", True),
        ("http://portal.example", False),
    ],
)
def test_sessions_travel_over_https_or_stay_on_the_machine(url, safe):
    assert is_public_url_safe(Config(public_url=url)) is safe


def test_the_secret_is_made_once_and_only_for_its_owner(tmp_path):
    config = Config(instance=str(tmp_path))
    with pytest.raises(ConfigError, match="accord init"):
        config.secret()

    config.write_secret()
    first = config.secret()
    config.write_secret()

    assert config.secret() == first
    assert stat.S_IMODE(config.secret_file.stat().st_mode) == 0o600
