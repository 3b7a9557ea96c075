"""The whole line for one suite: read, prepare, plan, execute, tables; or the memory that all of it is done."""
