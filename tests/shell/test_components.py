"""The components as a browser reads them: parsed, not compared as text."""

import datetime
import re
from pathlib import Path
from types import SimpleNamespace as Thing

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from lxml import html
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from blueprints import addresses, filters
from blueprints.forms import options

TEMPLATES = Path(__file__).parents[2] / "templates"


class Draft(FlaskForm):
    subject = StringField("Trích yếu", validators=[InputRequired("Hãy ghi trích yếu.")])
    urgency = RadioField("Độ khẩn", choices=options([("0", "Thường"), ("1", "Khẩn")]), default="0")


@pytest.fixture
def app():
    app = Flask(__name__, template_folder=TEMPLATES)
    app.config.update(SECRET_KEY="shell", BABEL_DEFAULT_LOCALE="vi")
    Babel(app)
    CSRFProtect(app)
    filters.register(app)
    addresses.register(app)
    app.add_url_rule("/tim", "search.results", lambda: "")
    app.add_url_rule("/so", "registers.index", lambda: "")
    return app


@pytest.fixture
def draw(app):
    def draw(source, address="/so?page=2&q=a", **values):
        with app.test_request_context(address):
            return html.fromstring(
                "<main>" + app.jinja_env.from_string(source).render(**values) + "</main>"
            )

    return draw


def test_a_form_posts_with_a_token_and_works_without_scripts(draw):
    page = draw(
        "{% from 'components/forms.html' import form_open %}"
        "{{ form_open('/luu', 'f', target='#f', keep=7) }}</form>"
    )
    form = page.find(".//form")
    assert (form.get("method"), form.get("action")) == ("post", "/luu")
    assert form.get("hx-post") == "/luu"
    assert form.xpath(".//input[@name='csrf_token']/@value")[0]
    assert form.get("data-keep") == "7"


def test_a_wrong_field_is_tied_to_its_message_and_named_in_the_summary(app, draw):
    with app.test_request_context("/", method="POST", data={"urgency": "0"}):
        form = Draft(meta={"csrf": False})
        assert not form.validate()
        page = draw(
            "{% from 'components/forms.html' import field, error_summary %}"
            "{{ error_summary(form) }}{{ field(form.subject, hint='Ngắn gọn') }}"
            "{{ field(form.urgency) }}",
            form=form,
        )
    typed = page.get_element_by_id("subject")
    assert typed.get("aria-invalid") == "true"
    described = [page.get_element_by_id(part) for part in typed.get("aria-describedby").split()]
    assert "Hãy ghi trích yếu." in described[-1].text_content()
    assert page.xpath("//*[@data-error-summary]//a/@href") == ["#subject"]
    assert page.xpath("//fieldset/legend")
    assert len(page.xpath("//input[@type='radio']")) == 2


def test_pages_keep_the_filter_and_say_where_we_are(draw):
    page = draw("{% from 'components/tables.html' import pagination %}{{ pagination(2, 25, 137) }}")
    assert "26–50 trong 137" in page.text_content()
    assert page.xpath("//a[@rel='next']/@href") == ["/so?q=a&page=3"]
    assert page.xpath("//a[@aria-current]")[0].text_content().endswith("2")


@pytest.mark.parametrize(("turn", "pause"), [(0, "2s"), (5, "5s"), (10, "10s"), (20, "30s")])
def test_a_running_job_asks_again_less_and_less_often(draw, turn, pause):
    source = (
        "{% from 'components/job.html' import job_status %}{{ job_status(job, '/viec/1', turn) }}"
    )
    line = draw(source, job=Thing(state="running", label="Đang ký"), turn=turn)
    job = line.get_element_by_id("job")
    assert f"delay:{pause}" in job.get("hx-trigger")
    assert job.get("hx-get") == f"/viec/1?turn={turn + 1}"
    assert job.xpath(".//a/@href") == ["/viec/1"]


@pytest.mark.parametrize("state", ["done", "failed"])
def test_a_finished_job_asks_no_more(draw, state):
    source = "{% from 'components/job.html' import job_status %}{{ job_status(job, '/viec/1') }}"
    job = draw(source, job=Thing(state=state, label="Xong")).get_element_by_id("job")
    assert job.get("hx-get") is None


@pytest.mark.parametrize(
    ("left", "words"), [(-2, "Quá hạn 2 ngày"), (0, "Hạn hôm nay"), (3, "Còn 3 ngày"), (9, "")]
)
def test_a_deadline_says_in_words_how_long_is_left(draw, left, words):
    today = datetime.date(2026, 11, 22)
    page = draw(
        "{% from 'components/badges.html' import deadline %}{{ deadline(due, today) }}",
        due=today + datetime.timedelta(days=left),
        today=today,
    )
    assert words in page.text_content()
    assert bool(page.find_class("badge")) is bool(words)


def test_every_icon_named_in_a_template_is_drawn(app):
    drawn = app.jinja_env.get_template("components/icons.html").module.drawings
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"icon\(\"([a-z]+)\"", path.read_text())
    }
    assert named
    assert named <= set(drawn)


def test_the_frame_has_one_heading_a_skip_link_and_its_places(app):
    nav = [Thing(endpoint="registers.index", label="Sổ", count=3, overdue=1, active=True, key="s")]
    me = Thing(id=7, name="Người Mẫu", position="Văn thư", agency="UBND huyện", menu=[])
    with app.test_request_context("/so"):
        source = app.jinja_env.get_template("errors/error.html").render(
            title="Không được", reason="Vì", next_step="Hỏi", code=403, nav=nav, me=me
        )
    page = html.document_fromstring(source)
    assert [heading.text_content() for heading in page.iter("h1")] == ["Không được"]
    assert page.findtext(".//title") == "Không được · Vanthu"
    target = page.find_class("skip")[0].get("href")[1:]
    assert page.get_element_by_id(target).tag == "main"
    assert "1 quá hạn" in page.xpath("//nav//a[@aria-current='page']")[0].text_content()
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert page.xpath("//script[not(@src)]") == []
