"""Use cases: one function, one transaction. Order in each: load, permit, check, do, audit."""
