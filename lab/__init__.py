"""What runs on the laptop: the emulator, deploying, seeding, auditing, measuring."""
