"""All stages for one suite: read, prepare, plan, execute, tables; or nothing, where all of it is up to date."""
