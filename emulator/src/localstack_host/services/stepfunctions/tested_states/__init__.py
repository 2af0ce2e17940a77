"""TestState: how a state ends whose task fails, and what is told of its data."""
