"""Output of the lab: tables, money, progress and pictures. Independent of any feature."""
