"""Which changes after a signature are allowed: stricter than pyHanko's default, in two ways.

The default grades a text field changed after an approval signature as mere form filling, although
nobody allowed it; here filling fields needs a signature that says so (DocMDP). And in documents we
issue ourselves only number and date may ever be filled.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffPolicy,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from adapters.signing.finding import TEXT_FIELDS


class _OurTextFields(GenericFieldModificationRule):
    """Number and date may be filled; any other text field may not be touched."""

    def check_form_field(self, fq_name: str, spec, context) -> Iterable:
        if fq_name in TEXT_FIELDS:
            yield from super().check_form_field(fq_name, spec, context)


def _policy(
    *text_rules: GenericFieldModificationRule, may_differ: frozenset[str] = frozenset()
) -> StandardDiffPolicy:
    """`may_differ`: entries of the form's dictionary that need not stay as they are."""
    upkeep = (DocInfoRule, XrefStreamRule, ObjectStreamRule, DSSCompareRule, MetadataUpdateRule)
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),
            *(rule().as_qualified(ModificationLevel.LTA_UPDATES) for rule in upkeep),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[SigFieldCreationRule(), SigFieldModificationRule(), *text_rules],
            ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | may_differ,
        ),
    )


_NO_TEXT = _policy()


class FillingByPermission(DiffPolicy):
    """Text fields may change only after a signature whose DocMDP allows filling."""

    def __init__(self, permitted: StandardDiffPolicy) -> None:
        self._permitted = permitted

    def apply(
        self,
        old: HistoricalResolver,
        new: HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult:
        return self._for(doc_mdp).apply(old, new, field_mdp_spec, doc_mdp)

    def review_file(
        self,
        reader: PdfFileReader,
        base_revision: int | HistoricalResolver,
        field_mdp_spec: FieldMDPSpec | None = None,
        doc_mdp: MDPPerm | None = None,
    ) -> DiffResult | SuspiciousModification:
        return self._for(doc_mdp).review_file(reader, base_revision, field_mdp_spec, doc_mdp)

    def _for(self, doc_mdp: MDPPerm | None) -> StandardDiffPolicy:
        return _NO_TEXT if doc_mdp is None else self._permitted


RECEIVED = FillingByPermission(_policy(GenericFieldModificationRule()))
OURS = FillingByPermission(_policy(_OurTextFields()))
# From a file that nobody has signed: the form then says for the first time that it is signed.
SIGNATURES_ONLY = _policy(may_differ=frozenset({"/SigFlags"}))
