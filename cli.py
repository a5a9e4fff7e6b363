"""Commands for administrators: `flask init-db`, `create-admin`, `seed-demo`, `verify-audit`,
`tidy-files`, `end-sessions`."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select

import migrations
from adapters.signing.demo_ca import DemoCA
from blueprints.admin.audit import FAULTS
from blueprints.words import sentence
from demo import province, seed
from domain.errors import Refusal
from domain.roles import SYSTEM, Role
from extensions import office
from models.agencies import Agency, Person
from services import accounts, audit_chain, leftovers
from services.admin import agencies, people
from services.exchange import lodging
from services.unit_of_work import transaction

NODES = {node.key: node for node in (province.HUB, *province.DISTRICTS)}


def register_commands(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


@click.command("init-db")
@with_appcontext
def init_db() -> None:
    """Brings the database to the newest migration."""
    migrations.upgrade(current_app)
    click.echo("Cơ sở dữ liệu đã sẵn sàng.")


@click.command("write-migration")
@click.argument("message")
@with_appcontext
def write_migration(message: str) -> None:
    """For developers: writes a migration for what changed in the models."""
    migrations.write_new(current_app, message)


@click.command("create-admin")
@click.option("--username", prompt="Tên đăng nhập")
@click.option("--full-name", prompt="Họ và tên")
@click.option("--password", prompt="Mật khẩu", hide_input=True, confirmation_prompt=True)
@click.option("--code", help="Mã định danh của cơ quan đầu tiên hoặc cơ quan đã có.")
@click.option("--agency", help="Tên cơ quan, khi chưa có.")
@click.option("--notation", help="Ký hiệu cơ quan, khi chưa có.")
@click.option("--place", help="Địa danh, khi chưa có.")
@click.option("--unit", help="Tên đơn vị đầu tiên, khi chưa có.")
@with_appcontext
def create_admin(username: str, full_name: str, password: str, code: str | None, **new) -> None:
    """Creates an administrator, and on an empty node the first agency with its first unit."""
    code = code or click.prompt("Mã định danh cơ quan")
    known = select(Agency.id).where(Agency.code == code)
    first = None if office().session().scalar(known) else {"code": code} | _asked(new)
    try:
        with transaction(office(), SYSTEM) as work:
            if first:
                agencies.add(work, first)
            agency = work.session.get(Agency, work.session.scalar(known))
            form = {"username": username, "full_name": full_name}
            person, _ = people.open_account(work, form)
            person.password_hash = accounts.hash_password(password)
            person.must_change_password = False
            unit, title, today = agency.units[0], agencies.ADMINISTRATOR, office().today()
            accounts.appoint(work, person, agency.id, unit.id, Role.ADMINISTRATOR, title, today)
            made = f"Đã tạo quản trị viên {person.username} của {agency.name}."
    except Refusal as refusal:
        raise click.ClickException(sentence(refusal)) from None
    click.echo(made)


def _asked(given: dict) -> dict:
    """What a first agency needs; asks for what was not given."""
    asks = {
        "name": ("agency", "Tên cơ quan"),
        "notation": ("notation", "Ký hiệu cơ quan"),
        "place": ("place", "Địa danh"),
        "unit_name": ("unit", "Tên đơn vị đầu tiên"),
    }
    return {name: given[key] or click.prompt(words) for name, (key, words) in asks.items()}


@click.command("seed-demo")
@click.argument("key", type=click.Choice(sorted(NODES)))
@click.option(
    "--password",
    prompt="Mật khẩu của mọi tài khoản",
    hide_input=True,
    envvar="VANTHU_DEMO_PASSWORD",
)
@click.option("--pin", prompt="PIN của mọi khóa ký", hide_input=True, envvar="VANTHU_DEMO_PIN")
@with_appcontext
def seed_demo(key: str, password: str, pin: str) -> None:
    """Fills an empty node with a node of the demo province: people, directory, signing keys."""
    node = NODES[key]
    if (node is province.HUB) != office().settings.is_hub:
        raise click.ClickException("VANTHU_ROLE không hợp với nút này (hub hay district).")
    try:
        if not seed.seed_people(office(), node, password):
            raise click.ClickException("Cơ sở dữ liệu đã có cơ quan; không ghi đè.")
    except Refusal as refusal:
        raise click.ClickException(sentence(refusal)) from None
    seed.seed_directory(office())
    if node is not province.HUB:
        ca = DemoCA.create(f"CA thử nghiệm {node.name}", office().now())
        seed.seed_certificates(office(), node, ca, pin)
    click.echo(f"Đã có {len(node.agencies)} cơ quan của {node.name}.")


@click.command("verify-audit")
@with_appcontext
def verify_audit() -> None:
    """Checks the whole audit chain, and against the heads lodged with the hub; exits 1 when a row
    was altered, deleted or inserted, 2 when what lies at the hub could not be asked for."""
    compared = lodging.compare(office())
    faults = [*audit_chain.verify(office().session()), *compared.faults]
    for fault in faults:
        click.echo(f"Mục {fault.sequence}: {FAULTS[fault.kind]}")
    for problem in compared.silent.values():
        click.echo(f"Chưa so được với đầu chuỗi gửi tại trục: {problem}")
    if faults:
        raise SystemExit(1)
    if compared.silent:
        raise SystemExit(2)
    click.echo("Chuỗi nhật ký nguyên vẹn.")


@click.command("tidy-files")
@with_appcontext
def tidy_files() -> None:
    """Looks through the whole store for files that no row names, as the nightly job does for a part
    of it: old ones are set aside, and removed a month later."""
    found = leftovers.tidy(office())
    click.echo(
        f"Ra khu tạm: {found.set_aside}. Đưa trở lại: {found.brought_back}."
        f" Xóa hẳn: {found.removed}. Đang ở khu tạm: {found.aside}."
    )


@click.command("end-sessions")
@click.argument("username")
@with_appcontext
def end_sessions(username: str) -> None:
    """Signs a person out everywhere at once."""
    with transaction(office(), SYSTEM) as work:
        person = work.session.scalars(
            select(Person).where(Person.username == username.strip().lower())
        ).one_or_none()
        if person is None:
            raise click.ClickException(f"Không có tài khoản {username}.")
        ended = accounts.end_all(work, person.id)
        work.audit("admin:sessions_end", person, username=person.username, ended=ended)
    click.echo(f"Đã kết thúc {ended} phiên đăng nhập của {username}.")


COMMANDS = (
    init_db, write_migration, create_admin, seed_demo, verify_audit, tidy_files, end_sessions,
)  # fmt: skip
