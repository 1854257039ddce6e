"""Connectors of databases."""
