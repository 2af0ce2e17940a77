"""State that survives: what the emulator holds is saved in its home, and loaded at the next start.

`saved_states` (folders on disk), `about` and `commands` run in any process. The others run in the
emulator, and import LocalStack.
"""
