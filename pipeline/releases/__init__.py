"""Which version answers: canary, promotion, rollback, and the log of all of them."""
