"""What a request may contain: types first, then constraints, in AWS's words."""
