"""Rules as values and questions: no database, no clock, no chance."""
