"""Classical predictors, fitted on training rows: each a plain model on arrays, which its task turns into items."""
