"""The usual places of the stamp, in words."""

from flask_babel import lazy_gettext as _l

PRESETS = {
    "under-number": _l("Dưới số, ký hiệu"),
    "under-subject": _l("Dưới trích yếu công văn"),
    "under-date": _l("Dưới ngày tháng"),
    "top-left": _l("Góc trên trái"),
    "top-right": _l("Góc trên phải"),
    "bottom-left": _l("Cuối trang, trái"),
    "bottom-right": _l("Cuối trang, phải"),
}
