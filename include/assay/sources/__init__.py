"""Connectors: where assets come from."""
