"""What there is and what it means: discovery, semantic types, personal data, keys, kinds and relations."""
