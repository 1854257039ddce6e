"""The inventory: what there is, what it is worth and costs, what to do about it, and the report that shows it."""
