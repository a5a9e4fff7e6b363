"""Where a job finds its office: `worker.py` puts it here before the first job runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.office import Office

open_office: Callable[[], AbstractContextManager[Office]] | None = None
