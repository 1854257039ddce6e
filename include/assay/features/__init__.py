"""Point-in-time feature tables, planned from roles and relations rather than written per table."""
