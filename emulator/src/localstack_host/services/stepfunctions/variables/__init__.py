"""Variables of workflows: when what a state assigns is there."""
