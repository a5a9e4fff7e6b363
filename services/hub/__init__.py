"""The hub: accounts of systems, directory, acceptance of packages, deliveries, the axis's doors."""
