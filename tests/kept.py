"""
What every test would make again is made once: an application with its templates, compiled SQL.

None of it holds anything of the books: an application asks its installation at each request.
"""

from dataclasses import replace
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine

from portal.app import create_app
from portal.base.config import Config
from portal.base.installation import Installation
from portal.web.current import EXTENSION

#: More than all tests have, so that none is compiled twice.
STATEMENTS = 5000

_applications: dict[Config, Flask] = {}
_templates: dict[tuple[str, str], CodeType] = {}
_engines: dict[str, Engine] = {}


class Templates(BytecodeCache):
    """Templates that were compiled for an earlier application."""

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _templates.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        _templates[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": Templates()}


def app_over(installation: Installation) -> Flask:
    """The application over an installation; the last one that was asked for, while it is used."""
    config = replace(installation.config, instance="", database_url="")
    if config not in _applications:
        _applications[config] = create_app(installation)
    app = _applications[config]
    app.extensions[EXTENSION] = installation
    return app


def keep_statements(engine: Engine) -> None:
    """Lets an engine use the SQL that was compiled for the first one of its kind."""
    first: Any = _engines.setdefault(engine.dialect.name, engine)
    if engine is first:
        engine.connect().close()  # its dialect gets to know the server
        first._compiled_cache.capacity = STATEMENTS
        return
    engine.dialect = first.dialect
    vars(engine)["_compiled_cache"] = first._compiled_cache
