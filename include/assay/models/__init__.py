"""The outcome model: one encoder per token of features, one small fusion head that runs once per coalition."""
