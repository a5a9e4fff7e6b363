"""What the steps of an assignment ask for. They are drawn by `components/actions.html`; here they
are only read."""

from wtforms import Form, StringField

from blueprints.forms import DayField
from blueprints.incoming.forms import chosen


class StepForm(Form):
    """Every step's fields: those that a step does not ask for stay empty."""

    version = StringField()
    person = StringField(filters=[chosen])
    instruction = StringField()
    deadline = DayField()
    note = StringField()
    result = StringField()
