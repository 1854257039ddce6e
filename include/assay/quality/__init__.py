"""Data quality: suites and their validation through Great Expectations, the gate, and scores."""
