"""What a platform's query logs tell: which tables and columns are read and written, by how many, and what flows where."""
