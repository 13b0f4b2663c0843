"""Pages, webhooks, health and metrics."""
