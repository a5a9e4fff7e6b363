"""What can go wrong, in words for whoever sits at the PC: what happened and what to do. `code` is
told to the server, so that the page of what waits says the same; empty where the server said it."""


class Trouble(Exception):
    """Told as it is; the program ends or goes on with the next document."""

    code = ""


class Suspicious(Trouble):
    """What the server asks to sign is not what it shows: never signed."""

    code = "own-token-suspicious"


class Ending(Trouble):
    """Nothing more can be signed in this run."""


class Absent(Ending):
    code = "own-token-absent"


class Removed(Ending):
    """Pulled out while it was at work."""

    code = "own-token-removed"


class Other(Trouble):
    """Without the certificate that was bound for this."""

    code = "own-token-other"


class WrongPin(Ending):
    code = "own-token-pin-wrong"


class Locked(Ending):
    code = "own-token-pin-locked"


class Faulty(Trouble):
    code = "own-token-fault"
