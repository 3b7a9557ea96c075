"""What a results folder holds: the plan, the records, their items, and the one module that stores them."""
