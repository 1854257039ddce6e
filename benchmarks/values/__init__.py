"""What the benchmark of valuation measures, one side or claim a module."""
