"""Ways from a certificate to a trusted root that were found before: the documents of an office are
signed with the same few certificates all day, and each way costs milliseconds to validate."""

from collections.abc import Callable, Hashable
from datetime import datetime

from pyhanko.sign.validation.generic_cms import CertvalidatorOperationResult

MOST = 256
_found: dict[Hashable, CertvalidatorOperationResult] = {}


def way(
    asked: Hashable, moment: datetime, search: Callable[[], CertvalidatorOperationResult]
) -> CertvalidatorOperationResult:
    """What `search` finds at `moment`, or what it found earlier for the same question.

    `asked` names all that the answer rests on (certificates, roots, the day whose algorithms
    count) but the moment. Of that only the validity of the way's certificates depends, which is
    looked at anew; and only good ways are remembered, since what lacks may come.
    """
    known = _found.get(asked)
    if known is not None and _holds(known, moment):
        return known
    found = search()
    if found.success_result is not None:
        if len(_found) >= MOST:
            _found.clear()
        _found[asked] = found
    return found


def _holds(known: CertvalidatorOperationResult, moment: datetime) -> bool:
    certificates = known.success_result.iter_certs(include_root=False)
    return all(each.not_valid_before <= moment <= each.not_valid_after for each in certificates)
