"""Pictures for notebooks and pages, each with the same content as text."""
