"""Background work, as RQ calls it: a wake-up with one id. The work itself is a service."""
