"""Uploads that are too large are still read to their end, without being kept: a browser that is cut
off shows no answer at all, and everything typed beside the file would be lost. The service then
finds one byte too many and says so beside the field."""

from tempfile import SpooledTemporaryFile

from flask import Request, current_app

IN_MEMORY = 512 * 1024
PATIENCE = 4  # how many times the limit a form may weigh before it is cut off after all


class Bounded(SpooledTemporaryFile):
    """A file that keeps `limit` bytes and one more, which tells that there were more."""

    def __init__(self, limit: int) -> None:
        super().__init__(max_size=IN_MEMORY, mode="w+b")
        self._room = limit + 1

    def write(self, data: bytes) -> int:
        kept = data[: self._room]
        self._room -= len(kept)
        super().write(kept)
        return len(data)


class UploadRequest(Request):
    """A request whose files are bounded one by one."""

    @property
    def max_content_length(self) -> int | None:
        limit = super().max_content_length
        if limit is None or self._max_content_length is not None:
            return limit
        return limit * PATIENCE if self.mimetype == "multipart/form-data" else limit

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(self, *_sizes, **_more) -> Bounded:
        return Bounded(current_app.extensions["office"].settings.max_upload)
