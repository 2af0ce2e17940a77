"""The credentials that requests must have, and what AWS serves without any."""
