"""One document from draft to the last status, in Chromium: on a desk's window, on a phone's, and
without scripts."""

import pytest

from tests.browser.journey import Journey

pytestmark = pytest.mark.browser


def test_a_document_travels_from_draft_to_the_last_status(person, province, request):
    windows = {}

    def window(username: str):
        if username not in windows:
            windows[username] = person(username)
        return windows[username]

    journey = Journey(window, province.secrets.pin, f"V/v báo cáo {request.node.callspec.id}")
    journey.draft()
    journey.review()
    journey.approve()
    journey.issue()
    journey.register()
    journey.direct()
    journey.work()
    journey.seen_by_the_sender()
