"""Signing and verifying PDF documents: keys, fields, appearance, signatures, validation.

Only `keys` ever holds a private key; everything else works on bytes and asks `keys` for a signer.
"""

import logging

# Every finding is in the report; the library would log tracebacks and names out of received files.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
