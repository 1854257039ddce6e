"""assay: what data assets there are, what state they are in, and what each is worth in money."""
