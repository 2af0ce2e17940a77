"""How the lab runs the emulator: the program of `emulator/` on this machine, or a container."""
