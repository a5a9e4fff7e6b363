"""Several packages in one call to a hub of ours (adapters/axis/bundle.py). Each part has a result
of its own, an error where there is none: one that fails stops no other. Where the hub does not know
such calls they raise NotOffered, and each package goes its own way."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.axis.answer import Into, Result
from adapters.axis.body import Stored
from adapters.axis.bundle import BadBundle, Bundle, Opened, Part
from adapters.axis.errors import AxisError, TemporaryAxisError, refusal_of
from adapters.axis.members import offered_members
from adapters.axis.operations import MESSAGE_KINDS
from adapters.axis.records import Accepted


@dataclass(frozen=True)
class Sending:
    """A package to be sent: its kind, and the recipients unless the package itself names them."""

    package: Stored
    kind: str
    to: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Word:
    """What a recipient says of a delivery: "processing", "done" or "fail", with its receipt."""

    doc_id: str
    status: str
    receipt: str = ""


class Together:
    """The calls of AxisClient for several packages."""

    def submit_many(self, sendings: Sequence[Sending]) -> list[Accepted | AxisError]:
        """Sends packages; what became of each, in their order."""
        parts = [_described(sending) for sending in sendings]
        bundle = Bundle(parts, [sending.package for sending in sendings])
        answers = self._answers("sendMany", bundle, {"from": self.system_id})
        return [_accepted(answer) for answer in answers]

    def update_many(self, words: Sequence[Word]) -> list[AxisError | None]:
        """Acknowledges deliveries; why one could not be, in their order."""
        parts = [
            {"docId": word.doc_id, "status": word.status, "receipt": word.receipt} for word in words
        ]
        answers = self._answers("updateMany", Bundle(parts, [None] * len(parts)), {})
        return [_error_in(answer) for answer in answers]

    def fetch_many(
        self, doc_ids: Sequence[str], into: Into[Result]
    ) -> dict[str, Result | AxisError]:
        """The packages by their ids, each handed to `into` as by `get_edoc`."""
        fetched: dict[str, Result | AxisError] = {}
        with self._opened("fetchMany", {"docIds": list(doc_ids)}) as response:
            if response.headers.get("Content-Type") != "application/octet-stream":
                response.read()
                offered_members("fetchMany", response)
                raise TemporaryAxisError("fetchMany: the answer is no bundle")
            try:
                for part, content in Opened(response.iter_bytes()).contents():
                    fetched[str(part.get("docId"))] = _error_in(part) or into(content)
            except BadBundle as broken:
                raise TemporaryAxisError(f"fetchMany: {broken}") from broken
        missing = TemporaryAxisError("fetchMany: not in the answer")
        return {doc_id: fetched.get(doc_id, missing) for doc_id in doc_ids}

    def _answers(self, name: str, bundle: Bundle, arguments: dict[str, str]) -> list[Part]:
        signed = {**arguments, "hash-file": bundle.digest.hex()}
        answer = self._extension(name, signed, body=bundle)
        found = answer.get("data")
        sound = isinstance(found, list) and len(found) == len(bundle.parts)
        if not sound or not all(isinstance(each, dict) for each in found):
            raise TemporaryAxisError(f"{name}: not an answer for each part")
        return found


def _described(sending: Sending) -> Part:
    if sending.kind not in MESSAGE_KINDS:
        raise ValueError(f"no such kind of message: {sending.kind}")
    described = {"messagetype": sending.kind, "sha256": sending.package.sha256}
    return described if sending.to is None else described | {"to": list(sending.to)}


def _accepted(answer: Part) -> Accepted | AxisError:
    error = _error_in(answer)
    if error is not None:
        return error
    doc_id, receipt = answer.get("DocId"), answer.get("receipt")
    if not isinstance(doc_id, str) or not doc_id:
        return TemporaryAxisError("sendMany: success without DocId")
    return Accepted(doc_id, receipt if isinstance(receipt, str) else "")


def _error_in(answer: Part) -> AxisError | None:
    code = str(answer.get("ErrorCode", "0"))
    return None if code == "0" else refusal_of(code, str(answer.get("ErrorDesc") or ""))
