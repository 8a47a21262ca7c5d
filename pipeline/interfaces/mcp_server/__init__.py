"""The MCP server: threat models for agents and editors, over the same scans and the same record as the command line.

Only folders that were named at the start are read; nothing is written to them, and nothing is sent anywhere.
"""
