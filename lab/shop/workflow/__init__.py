"""The workflow as a picture: its states, where they stand, and the way of an execution."""
