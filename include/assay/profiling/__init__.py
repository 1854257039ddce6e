"""Column statistics from mergeable value counts."""
