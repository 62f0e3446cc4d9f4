"""Amazon RDS: Aurora."""
