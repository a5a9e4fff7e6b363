"""What can go wrong, in words for whoever sits at the PC: what happened and what to do."""


class Trouble(Exception):
    """Told as it is; the program ends or goes on with the next document."""


class Suspicious(Trouble):
    """What the server asks to sign is not what it shows: never signed."""
