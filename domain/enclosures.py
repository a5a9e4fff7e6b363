"""How the agency signs a separate enclosure of a document (NĐ 30/2020, Phụ lục I, phần I, mục II.8:
every file is signed, the image not shown, a few lines at the top right of its first page)."""

from enum import StrEnum


class Manner(StrEnum):
    """BLOCK: a PDF nobody signed yet, the agency's signature closes it. ADDED: somebody else signed
    it and it may still take a signature; theirs must hold as before. DETACHED: no byte may or can
    be added (another kind of file, a PDF that its signer closed): the signature is a file beside
    it. OWN: the agency signed it already, as its copies and issued documents are."""

    BLOCK = "block"
    ADDED = "added"
    DETACHED = "detached"
    OWN = "own"


SIGNATURE_ENDING = ".p7s"
SIGNATURE_TYPE = "application/pkcs7-signature"
