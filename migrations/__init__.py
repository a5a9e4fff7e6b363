"""Changes of the tables, one after the other. Flask-Migrate and Alembic are loaded only by the
commands that run them: every other process would carry ten megabytes for nothing."""

from pathlib import Path

from flask import Flask

from models import search_words

FOLDER = str(Path(__file__).parent)


def upgrade(app: Flask) -> None:
    """Brings the database of the application to the newest migration."""
    import flask_migrate  # noqa: PLC0415

    with app.app_context():
        _bind(app)
        flask_migrate.upgrade(directory=FOLDER)
        engine = app.extensions["sqlalchemy"].engine
        writing = engine.connect().execution_options(writes=True)
        with writing as connection, connection.begin():
            search_words.ensure(connection)


def downgrade(app: Flask, revision: str) -> None:
    """Takes the tables back to `revision`."""
    import flask_migrate  # noqa: PLC0415

    with app.app_context():
        _bind(app)
        flask_migrate.downgrade(directory=FOLDER, revision=revision)


def write_new(app: Flask, message: str) -> None:
    """Writes the migration from the newest one to the tables as the models say now."""
    import flask_migrate  # noqa: PLC0415

    with app.app_context():
        _bind(app)
        flask_migrate.migrate(directory=FOLDER, message=message)


def differences(app: Flask) -> bool:
    """Whether the models say something that no migration does."""
    import flask_migrate  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with app.app_context():
        _bind(app)
        try:
            flask_migrate.check(directory=FOLDER)
        except CommandError:
            return True
    return False


def _bind(app: Flask) -> None:
    from flask_migrate import Migrate  # noqa: PLC0415

    Migrate(app, app.extensions["sqlalchemy"], render_as_batch=True)
