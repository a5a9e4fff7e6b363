"""What WTForms finds wrong is said in the language of the page, never in its own English."""

import pytest
from flask_babel import force_locale
from wtforms import BooleanField, FloatField, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from blueprints.forms import PageForm, options


class Everything(PageForm):
    class Meta(PageForm.Meta):
        csrf = False

    name = StringField(validators=[Length(max=3)])
    short = StringField(validators=[Length(min=9)])
    pages = IntegerField()
    size = FloatField(validators=[NumberRange(10, 60)])
    unit = SelectField(choices=options([("a", "Một")]), coerce=str)
    number = SelectField(choices=options([(1, "Một")]), coerce=int)
    ticked = BooleanField()


WRONG = {"name": "quá dài", "short": "x", "pages": "ba", "size": "61", "unit": "z", "number": "z"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_error_is_said_in_the_language_of_the_page(node, language):
    with node.test_request_context(method="POST", data=WRONG), force_locale(language):
        form = Everything()
        assert not form.validate()
        said = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
    assert set(said) == set(WRONG)
    english = [text for text in said.values() if "Not a valid" in text or "coerce" in text]
    assert english == []
    longest = {"vi": "Không được dài quá 3 ký tự.", "en": "At most 3 characters."}
    assert said["name"] == longest[language]
