"""One function per DAG task: load, call one domain function, store. The only place where I/O meets logic."""
