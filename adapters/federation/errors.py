"""Why a signed request is refused, told as JSON with the status of its kind."""

from domain.errors import Refusal


class Unproven(Refusal):
    """Not signed, or not by the one whose secret is shared."""

    status = 401


class Refused(Refusal):
    """Signed, and still not answered; `status` says of which kind."""

    def __init__(self, code: str, status: int, **fields: object) -> None:
        super().__init__(code, **fields)
        self.status = status


class NotAnswered(Exception):
    """A call of ours that brought nothing usable; `problem` is `code` or `code:detail`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
