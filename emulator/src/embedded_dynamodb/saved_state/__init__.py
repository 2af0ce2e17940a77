"""Everything an engine holds as plain data, and back: `save` and `load`.

The data consists of dictionaries, lists, strings, bytes, numbers, booleans and None. Entries of
indexes are left out: they follow from the items.
"""
