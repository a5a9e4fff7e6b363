"""What an XML signature inside an office file covers, and whether that is as it was when signed:
the objects it refers to, the manifest of parts among them, and the parts nobody signed."""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from adapters.signing.packages import (
    CONTENT_TYPES,
    RELATIONSHIPS,
    SIGNATURES,
    Package,
    part_name,
    relationships,
)
from adapters.signing.xmldsig import (
    DEFAULT_FORM,
    DSIG,
    Unreadable,
    Unsupported,
    binary,
    canonical,
    digest,
    digest_name,
    is_form,
    one,
    parse,
)

_RELATIONSHIP_TRANSFORM = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/digital-signature"
_RELATIONSHIP = f"{{{RELATIONSHIPS}}}Relationship"
MOST_REFERENCES = 10_000
# Kinds of relationships whose target is shown as part of the document, wherever it lies.
_SHOWN = {"image", "oleobject", "subdocument", "afchunk", "frame", "video", "audio", "media"}


class Changed(Exception):
    """Parts are not what they were when they were signed."""

    def __init__(self, *parts: str) -> None:
        self.parts = parts


@dataclass(frozen=True)
class Covered:
    """`signed` are the elements of the signature that it covers, `digests` by which algorithms;
    `missing` the parts and relationships that nobody signed; `outside` what is shown from where no
    signature reaches."""

    signed: tuple[etree._Element, ...]
    digests: frozenset[str]
    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def covered(package: Package, signature: etree._Element) -> Covered:
    """Raises Changed, Unreadable, Unsupported."""
    references = _references(one(signature, "SignedInfo"))
    signed = [_object(signature, each) for each in references]
    manifest = _manifest(signed)
    listed = _references(manifest)
    parts = {_addressed(each)[0]: each for each in listed}
    if len(parts) != len(listed):
        raise Unreadable
    changed = [name for name, each in parts.items() if not _is_as_signed(package, name, each)]
    if changed:
        raise Changed(*changed[:50])
    names = [digest_name(each) for each in (*references, *listed)]
    missing = [*_parts_beside(package, parts), *_relationships_beside(package, parts)]
    outside = [
        target for name in _relationship_parts(package) for target in _outside(package, name)
    ]
    return Covered(tuple(signed), frozenset(names), tuple(sorted(missing)), tuple(outside))


def _references(parent: etree._Element) -> list[etree._Element]:
    found = parent.findall(f"{{{DSIG}}}Reference")
    if not found or len(found) > MOST_REFERENCES:
        raise Unreadable
    return found


def _object(signature: etree._Element, reference: etree._Element) -> etree._Element:
    """The element of the signature that a reference means, unchanged."""
    name = reference.get("URI", "")
    if not name.startswith("#"):
        raise Unsupported(name)
    found = [each for each in signature.iter() if each.get("Id") == name[1:]]
    if len(found) != 1:  # none, or one for the signature and one for the reader
        raise Unreadable
    forms = _transforms(reference)
    if len(forms) > 1 or not all(is_form(each) for each in forms):
        raise Unsupported("Transform")
    data = canonical(found[0], forms[0] if forms else DEFAULT_FORM)
    if digest(digest_name(reference), data) != binary(one(reference, "DigestValue")):
        raise Changed
    return found[0]


def _manifest(signed: Iterable[etree._Element]) -> etree._Element:
    found = [
        each
        for holder in signed
        for each in (holder, *holder.iterchildren())
        if each.tag == f"{{{DSIG}}}Manifest"
    ]
    if len(found) != 1:
        raise Unreadable
    return found[0]


def _transforms(reference: etree._Element) -> list[str]:
    holder = reference.find(f"{{{DSIG}}}Transforms")
    return [] if holder is None else [each.get("Algorithm", "") for each in _listed(holder)]


def _listed(holder: etree._Element) -> list[etree._Element]:
    return holder.findall(f"{{{DSIG}}}Transform")


def _addressed(reference: etree._Element) -> tuple[str, str]:
    """(Part, content type) that a reference of the manifest is to (ECMA-376, part 2, 13.2.4.3)."""
    path, mark, kind = reference.get("URI", "").partition("?ContentType=")
    if not path.startswith("/") or not mark:
        raise Unsupported("URI")
    return part_name(path), kind.strip().lower()


def _is_as_signed(package: Package, name: str, reference: etree._Element) -> bool:
    if name not in package.parts or package.content_type(name) != _addressed(reference)[1]:
        return False
    data = _transformed(package.read(name), reference)
    return digest(digest_name(reference), data) == binary(one(reference, "DigestValue"))


def _transformed(data: bytes, reference: etree._Element) -> bytes:
    forms = _transforms(reference)
    if not forms:
        return data
    root = parse(data)
    if forms[0] == _RELATIONSHIP_TRANSFORM:
        root, forms = _selected(root, reference), forms[1:] or [DEFAULT_FORM]
    if len(forms) != 1 or not is_form(forms[0]):
        raise Unsupported("Transform")
    return canonical(root, forms[0])


def _selected(root: etree._Element, reference: etree._Element) -> etree._Element:
    """The relationships transform (ECMA-376, part 2, 13.2.4.24): those that are named, in order,
    nothing between them."""
    if root.nsmap != {None: RELATIONSHIPS} or root.attrib:
        raise Unsupported("relationships")
    wanted = [each for each in root.iter(_RELATIONSHIP) if _is_named(each, reference)]
    chosen = etree.Element(root.tag, nsmap=root.nsmap)
    for each in sorted(wanted, key=lambda each: each.get("Id", "")):
        etree.SubElement(chosen, _RELATIONSHIP, {"TargetMode": "Internal"} | dict(each.attrib))
    return chosen


def _is_named(relationship: etree._Element, reference: etree._Element) -> bool:
    transform = _listed(one(reference, "Transforms"))[0]
    ids = {each.get("SourceId") for each in transform.iter(f"{{{_PACKAGE}}}RelationshipReference")}
    groups = transform.iter(f"{{{_PACKAGE}}}RelationshipsGroupReference")
    types = {each.get("SourceType") for each in groups}
    return relationship.get("Id") in ids or relationship.get("Type") in types


def _parts_beside(package: Package, signed: Iterable[str]) -> list[str]:
    allowed = package.tell_of_file | {CONTENT_TYPES} | set(signed)
    return [
        name for name in package.parts if name not in allowed and not name.startswith(SIGNATURES)
    ]


def _relationships_beside(package: Package, signed: dict[str, etree._Element]) -> list[str]:
    """Relationships that the transform left out; a part of them that is not signed at all is
    already told."""
    found = []
    for name in _relationship_parts(package):
        if name not in signed or _RELATIONSHIP_TRANSFORM not in _transforms(signed[name]):
            continue
        root = parse(package.read(name))
        named = {
            each.get("Id") for each in root.iter(_RELATIONSHIP) if _is_named(each, signed[name])
        }
        left = [each for each in relationships(root) if each.id not in named]
        is_root = name == "/_rels/.rels"
        found += [f"{name}#{each.id}" for each in left if not (is_root and each.tells_of_file)]
    return found


def _outside(package: Package, name: str) -> list[str]:
    return [
        each.target[:200]
        for each in relationships(parse(package.read(name)))
        if each.is_external and each.type.rpartition("/")[2].lower() in _SHOWN
    ]


def _relationship_parts(package: Package) -> list[str]:
    return [
        name for name in package.parts if name.endswith(".rels") and not name.startswith(SIGNATURES)
    ]
