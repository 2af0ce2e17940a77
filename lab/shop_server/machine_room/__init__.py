"""The machine room: what happens behind the counter, as it happens, and levers to disturb it."""
