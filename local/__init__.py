"""The laptop edition: runs the synthesised templates on one machine, with simulators around it."""
