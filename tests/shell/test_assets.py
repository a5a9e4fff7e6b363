"""The files a browser gets: pinned, small, and free of anything the content policy refuses."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BASE = (ROOT / "templates" / "base.html").read_text()


def packed(*names):
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_the_fingerprint_in_the_page_is_that_of_the_vendored_htmx():
    vendored = (STATIC / "vendor" / "htmx-4.0.1.min.js").read_bytes()
    digest = base64.b64encode(hashlib.sha384(vendored).digest()).decode()
    assert f'data-integrity="sha384-{digest}"' in BASE
    assert "htmx.org@4.0.1/dist/htmx.min.js" in BASE


def test_our_own_javascript_stays_under_three_kilobytes():
    assert packed("app.js", "assets.js") <= 3 * 1024


def test_the_script_of_one_page_alone_is_small():
    assert packed("places.js") <= 600
    assert packed("token.js") <= 900


def test_all_assets_of_a_first_visit_leave_room_for_the_page_in_sixty_kilobytes():
    assets = ("app.js", "assets.js", "app.css", "favicon.svg")
    vendored = ("vendor/htmx-4.0.1.min.js", "vendor/pico-2.1.1.min.css")
    assert packed(*assets, *vendored) <= 40 * 1024


def test_a_page_asks_for_six_files_at_most():
    linked = re.findall(r"filename='([^']+)'", BASE)
    assert len([name for name in linked if name != "favicon.svg"]) + 1 <= 6


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_makes_htmx_compile_code_which_the_content_policy_refuses(path):
    text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"hx-(vals|headers)\S*=.js:", text)
    assert not re.search(r'hx-trigger="[^"]*\[', text), "a trigger filter"


def test_no_icon_of_pico_with_a_data_address_is_used():
    defined = set(
        re.findall(
            r"(--pico-icon-[a-z]+):url\(\"data:", (STATIC / "vendor/pico-2.1.1.min.css").read_text()
        )
    )
    ours = (STATIC / "app.css").read_text()
    assert defined
    assert not [name for name in defined if f"{name}: none" not in ours]
    assert "data:image" not in ours
