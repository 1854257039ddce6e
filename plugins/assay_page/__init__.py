"""The page in the Airflow UI and its JSON API: what nights have published, under Airflow's login and permissions."""
