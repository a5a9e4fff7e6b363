"""A whole node as one family of processes, for offices with one small machine: `python serve.py`.

The program is loaded once; web and workers are forked from it and share that memory, about a third
less than `gunicorn` and `worker.py` on their own."""

from pathlib import Path

from gunicorn.app.base import Application

from worker import compose, supervise

CONFIG = Path(__file__).parent / "deploy" / "gunicorn.conf.py"


class Web(Application):
    """Gunicorn around an application that is there already."""

    def __init__(self, app) -> None:
        self.app = app
        super().__init__()

    def init(self, _parser, _options, _args) -> None:
        """Nothing from the command line; all comes from the file."""

    def load_config(self) -> None:
        self.load_config_from_file(str(CONFIG))

    def load(self):
        return self.app


def run_web(app) -> None:
    """Serves pages and the axis for ever."""
    Web(app).run()


if __name__ == "__main__":
    supervise(compose(), {"web": run_web})
