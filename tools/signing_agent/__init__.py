"""signing-agent: signs on a clerk's PC, with the token there, what waits on a Vanthu node.

It fetches what waits, shows it, checks that what it is asked to sign is what it shows, asks for the
token's PIN and sends the signature back. Key and PIN never leave the PC. It needs Python 3.11,
python-pkcs11, asn1crypto and nothing of the rest of this project: the folder can be copied alone.
"""
