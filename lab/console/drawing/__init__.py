"""Pictures for notebooks and pages, each of which also says in words what it shows."""
