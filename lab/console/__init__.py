"""How the lab prints: tables, money, progress and pictures. It knows no feature."""
