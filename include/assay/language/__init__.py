"""What texts mean: a pre-trained encoder that reads product names and categories in about a hundred languages."""
