"""Other profilers beside the project's, on real tables."""
