"""The feed `lrit_csv`: long-range reports of ships, as a data centre hands them out."""
