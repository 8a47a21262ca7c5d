"""What stands in the way: checks, approvals, logins, limits, and whether they refuse."""
