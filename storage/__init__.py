"""What is remembered: tables, and the questions and moves on them."""
