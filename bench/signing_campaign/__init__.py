"""A campaign of deaths: documents are approved, issued and sealed while the workers that sign them
are killed at named points and at random moments; afterwards an auditor of its own looks at every
file and row."""
