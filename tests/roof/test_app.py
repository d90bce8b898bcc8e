"""The application as a whole: whom it answers to, whether it is ready, the demo's mailbox."""

import importlib
from dataclasses import replace

import pytest
from flask import Blueprint

from portal.app import create_app
from portal.base.config import ROOT
from portal.base.mail import Recipient, queue_mail
from portal.base.outbox import Registry, drain
from portal.menus import NAVIGATION, OWN

HERE = "http://localhost:8000"


def client_of(installation):
    return create_app(installation).test_client()


def in_demo(installation):
    return replace(installation, config=replace(installation.config, demo="1"))


def with_a_code(installation):
    with installation.work() as w:
        to = Recipient("li@example.com", "Li")
        queue_mail(
            w,
            "note/1",
            "code",
            to,
            {
                "purpose": "sign_in",
                "code": "123456",
                "minutes": 15,
                "name": "Li",
                "path": "/login/link/abc",
                "expires_at": "2026-11-20T09:00:00+00:00",
            },
        )
    drain(installation, Registry())
    return installation


def test_a_forged_host_is_refused(installation):
    answer = client_of(installation).get("/login", base_url="http://evil.example")

    assert answer.status_code == 400
    assert "<form" not in answer.text


def test_a_forwarded_host_is_not_believed(installation):
    behind = replace(installation, config=replace(installation.config, proxies="1"))
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.7"}
    answer = client_of(behind).get("/desk/users", base_url=HERE, headers=headers)

    assert "evil.example" not in answer.text + answer.headers["Location"]


def test_a_living_process_says_so(installation):
    assert client_of(installation).get("/healthz", base_url=HERE).json == {"ok": True}


def test_a_database_without_migrations_is_not_ready(installation):
    answer = client_of(installation).get("/readyz", base_url=HERE)

    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": True, "migrations": False, "storage": True}


def test_the_mailbox_is_only_there_in_the_demo(installation):
    assert client_of(installation).get("/mailbox", base_url=HERE).status_code == 404


def test_no_mailbox_where_mails_leave(installation):
    config = replace(installation.config, demo="1", mail_url="smtp://127.0.0.1")

    answer = client_of(replace(installation, config=config)).get("/mailbox", base_url=HERE)

    assert answer.status_code == 404


def test_the_mailbox_shows_codes_and_links(installation):
    client = client_of(with_a_code(in_demo(installation)))
    listed = client.get("/mailbox", base_url=HERE)
    path = listed.text.partition('href="/mailbox/')[2].partition('"')[0]
    mail = client.get(f"/mailbox/{path}", base_url=HERE)

    assert "li@example.com" in listed.text
    assert "123456" in mail.text
    assert f'<a href="{HERE}/login/link/abc"' in mail.text


def test_a_made_up_mail_is_not_found(installation):
    answer = client_of(in_demo(installation)).get("/mailbox/ml_0000000000001", base_url=HERE)

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/nothing.css"])
def test_what_is_not_there_is_told_politely(installation, path):
    answer = client_of(installation).get(path, base_url=HERE)

    assert answer.status_code in {303, 404}


def blueprints():
    """Every blueprint of a feature's pages."""
    for path in sorted((ROOT / "portal").glob("*/pages_*.py")):
        module = importlib.import_module(f"portal.{path.parent.name}.{path.stem}")
        for name, found in vars(module).items():
            if isinstance(found, Blueprint) and found.import_name == module.__name__:
                yield f"{module.__name__}.{name}", found


@pytest.mark.parametrize(
    "blueprint", [pytest.param(found, id=name) for name, found in blueprints()]
)
def test_every_page_is_under_the_roof(installation, blueprint):
    assert create_app(installation).blueprints.get(blueprint.name) is blueprint


def test_the_menus_lead_somewhere(installation):
    menus = (*NAVIGATION.customer, *NAVIGATION.staff, *OWN)

    views = create_app(installation).view_functions

    assert {item.endpoint for item in menus} <= set(views)
    assert {*NAVIGATION.home.values(), *NAVIGATION.search.values()} <= set(views)
