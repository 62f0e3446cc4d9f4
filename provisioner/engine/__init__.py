"""What brings AWS to what a plan wants. Knows no AWS service by name."""
