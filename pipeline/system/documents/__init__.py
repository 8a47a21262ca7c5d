"""What documents tell: parts, facts, promises, denials, secrets, hidden text."""
