"""Tests of fleets: files, tasks, executors, the landscape and its pages."""
