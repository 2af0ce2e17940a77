"""JSONata in state machines, evaluated by a process of its own."""
