"""What everything in the lab stands on: where it works, whom it talks to, and how it fails."""
