"""Sharing boards: validate somebody else's, rerun a record, merge several boards, export one."""
