"""The one refusal of this adapter: bytes that are no package we may take."""

from domain.errors import Invalid


class MalformedPackage(Invalid):
    """`package-malformed` with `reason` in kebab case, or `package-foreign-namespace` with
    `namespace`. A damaged attachment is no reason: the document around it is still readable."""


def malformed(reason: str, **fields: object) -> MalformedPackage:
    return MalformedPackage("package-malformed", reason=reason, **fields)
