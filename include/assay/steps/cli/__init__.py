"""The command line: run nights in this process, or start Airflow and go through its scheduler."""
