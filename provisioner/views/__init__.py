"""What people and programs see of plans and runs: the terminal, JSON, Markdown, the log."""
