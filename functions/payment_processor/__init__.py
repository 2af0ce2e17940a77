"""The steps that take and give back money."""
