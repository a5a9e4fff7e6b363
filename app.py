"""Composes the web application: settings, extensions, blueprints, each with its guard."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from zlib import crc32

from flask import Flask
from jinja2 import make_logging_undefined
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

import logs
import models  # noqa: F401  maps all tables
from adapters.axis.client import AxisClient
from adapters.files import FileStore
from blueprints import (
    accounts,
    addresses,
    admin,
    assignments,
    axis,
    batches,
    changes,
    copies,
    delegations,
    documents,
    exchange,
    failures,
    federation,
    filters,
    guards,
    headers,
    home,
    hub,
    incoming,
    notifications,
    outgoing,
    registers,
    search,
    shell,
    signing,
    signing_token,
    stamps,
    verification,
)
from blueprints.uploads import UploadRequest
from cli import register_commands
from config import Settings, load_settings
from extensions import Turns, babel, csrf, db, limiter, login_manager, tune_sqlite
from jobs.queue import Waker
from services.office import Office, Wake, utc_now


def create_app(
    settings: Settings | None = None, wake: Wake | None = None, connect: Callable | None = None
) -> Flask:
    """The application of one node. Tests pass their own way to wake workers and reach an axis."""
    logs.configure()
    settings = settings or load_settings()
    app = Flask(__name__)
    app.request_class = UploadRequest
    # A name that a template asks for in vain is a fault of ours: logged here, fatal in tests. A
    # clerk still gets the page.
    app.jinja_env.undefined = make_logging_undefined(logging.getLogger("vanthu.templates"))
    app.config.update(_flask_config(settings))
    app.extensions["office"] = Office(
        settings=settings,
        session=db.session,
        files=FileStore(settings.files_dir),
        wake=wake or Waker(settings.redis_url),
        clock=utc_now,
        connect=connect or AxisClient,
        turn=_turns(settings),
    )
    _bind_extensions(app)
    addresses.register(app)
    _register_blueprints(app)
    failures.handle_refusals(app)
    filters.register(app)
    shell.register(app)
    app.after_request(headers.apply)
    register_commands(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    return app


def _turns(settings: Settings) -> Callable[[], AbstractContextManager]:
    """How those who write to the database wait for each other: PostgreSQL sees to it itself."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return nullcontext
    return Turns(Path(f"{url.database}-turn"))


def _flask_config(settings: Settings) -> dict:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # An error of the database is told without the values of its statement.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        "MAX_CONTENT_LENGTH": settings.max_upload + 1024 * 1024,
        "SESSION_COOKIE_NAME": _cookie_name(settings),
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_HEADERS_ENABLED": False,
    }


def _cookie_name(settings: Settings) -> str:
    """Browsers share cookies between the ports of one machine, where several nodes may live; the
    prefix makes them refuse a cookie that another host or plain HTTP set."""
    name = f"vanthu_{crc32(settings.node_name.encode()):08x}"
    return f"__Host-{name}" if settings.secure_cookies else name


def _bind_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            tune_sqlite(db.engine)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=accounts.chosen_language)


def _register_blueprints(app: Flask) -> None:
    guard_of = {}

    def register(blueprint, guard: guards.Guard) -> None:
        app.register_blueprint(blueprint)
        guard_of[blueprint.name] = guard

    register(accounts.entrance, guards.public)
    register(accounts.blueprint, guards.signed_in)
    register(admin.blueprint, guards.may("admin:people"))
    register(home.blueprint, guards.signed_in)
    register(search.blueprint, guards.signed_in_on_district)
    register(documents.blueprint, guards.signed_in_on_district)
    register(incoming.blueprint, guards.signed_in_on_district)
    register(stamps.blueprint, guards.signed_in_on_district)
    register(outgoing.blueprint, guards.signed_in_on_district)
    register(copies.blueprint, guards.signed_in_on_district)
    register(changes.blueprint, guards.signed_in_on_district)
    register(assignments.blueprint, guards.signed_in_on_district)
    register(signing.blueprint, guards.signed_in_on_district)
    register(delegations.blueprint, guards.signed_in_on_district)
    register(batches.blueprint, guards.signed_in_on_district)
    register(verification.blueprint, guards.signed_in_on_district)
    register(verification.strangers, guards.public_verification)
    register(signing_token.blueprint, guards.signing_token)
    csrf.exempt(signing_token.blueprint)
    register(exchange.blueprint, guards.signed_in_on_district)
    register(registers.blueprint, guards.signed_in_on_district)
    register(notifications.blueprint, guards.signed_in)
    register(hub.blueprint, guards.operates_hub)
    register(axis.blueprint, guards.axis)
    csrf.exempt(axis.blueprint)
    register(federation.blueprint, guards.signed_in_on_district)
    register(federation.api, guards.federation)
    csrf.exempt(federation.api)
    app.extensions["guards"] = guard_of
    app.before_request(lambda: guards.check(guard_of))
