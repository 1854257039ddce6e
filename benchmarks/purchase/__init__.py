"""Peers of the purchase model on one fixed task: will this household buy this product next week, and for how much."""
