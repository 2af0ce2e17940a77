"""The steps that hold and give back stock."""
