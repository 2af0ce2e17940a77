"""Kinesis, which is not offered by default."""
