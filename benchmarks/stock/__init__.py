"""Peers of the demand model on one fixed task: how much of this item will this store sell next week."""
