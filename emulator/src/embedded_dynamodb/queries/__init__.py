"""Query and Scan: pages of a table or an index."""
