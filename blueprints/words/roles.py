"""The names of roles."""

from flask_babel import lazy_gettext as _l

from domain.roles import Role

ROLE_NAMES = {
    Role.CLERK: _l("Văn thư"),
    Role.LEADER: _l("Lãnh đạo"),
    Role.DEPUTY_LEADER: _l("Phó lãnh đạo"),
    Role.CHIEF_OF_OFFICE: _l("Chánh văn phòng"),
    Role.UNIT_HEAD: _l("Trưởng đơn vị"),
    Role.OFFICER: _l("Chuyên viên"),
    Role.ADMINISTRATOR: _l("Quản trị viên"),
    Role.OPERATOR: _l("Vận hành trục"),
}
