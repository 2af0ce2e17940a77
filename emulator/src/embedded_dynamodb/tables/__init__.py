"""Tables, their keys and their indexes: what is stored, in order."""
