"""Words of refusals around signing by delegation. A sentence kept as a failure is told later
without its fields, so those of a signature under way do without."""

from flask_babel import lazy_gettext as _l

_CHOOSE = _l("Hãy trả lại văn bản để chọn người ký khác, hoặc nhờ quản trị viên ghi việc giao ký.")
_FIX = _l("Hãy sửa rồi ghi lại.")

WORDS = {
    "delegation-ended": (_l("Việc giao ký cho người ký này đã thôi."), _CHOOSE),
    "delegation-not-yet": (_l("Việc giao ký cho người ký này chưa đến ngày."), _CHOOSE),
    "delegation-over": (_l("Việc giao ký cho người ký này đã hết hạn."), _CHOOSE),
    "delegation-other-type": (
        _l("Người ký này không được giao ký loại văn bản này (NĐ 30/2020, Điều 13)."),
        _CHOOSE,
    ),
    "delegation-post-ended": (
        _l("Người giao ký hoặc người được giao ký không còn giữ chức vụ."),
        _CHOOSE,
    ),
    "delegation-missing": (
        _l("Người ký không phải người đứng đầu, cấp phó, và chưa được giao ký."),
        _CHOOSE,
    ),
    "delegation-grantor": (
        _l("Chỉ người đứng đầu cơ quan được giao ký thừa lệnh, thừa ủy quyền."),
        _FIX,
    ),
    "delegation-holder": (
        _l("Chỉ trưởng đơn vị thuộc cơ quan được ký thừa lệnh, thừa ủy quyền."),
        _l("Cấp phó của đơn vị: hãy chọn TL. và việc giao lại từ trưởng đơn vị."),
    ),
    "delegation-types": (_l("Chưa chọn loại văn bản được ký."), _FIX),
    "delegation-endless": (_l("Ký thừa ủy quyền (TUQ.) phải có ngày kết thúc."), _FIX),
    "delegation-too-long": (
        _l("Ký thừa ủy quyền chỉ trong thời gian giới hạn, tối đa %(limit)s ngày."),
        _FIX,
    ),
    "delegation-handed-on": (
        _l("Người được ủy quyền (TUQ.) không được ủy quyền lại cho người khác."),
        _l("Hãy chọn “Không giao lại”, hoặc hình thức thừa lệnh (TL.)."),
    ),
    "delegation-deputy": (
        _l("Chỉ giao lại cho cấp phó trong cùng đơn vị với trưởng đơn vị được ký thừa lệnh."),
        _FIX,
    ),
    "delegation-wider": (
        _l("Việc giao lại phải nằm trong loại văn bản và thời hạn đã giao cho trưởng đơn vị."),
        _FIX,
    ),
    "delegation-form": (_l("Hình thức ký không đúng."), _FIX),
    "delegation-post-over": (_l("Người đã chọn không còn giữ chức vụ này."), _FIX),
}
