"""A campaign: a hub and five nodes with their real processes exchange documents while a storm of
faults goes over them; afterwards an auditor of its own reads all databases and files."""
