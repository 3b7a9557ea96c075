"""The built-in executor: one worker process for each run, forked from a server that has imported the libraries."""
