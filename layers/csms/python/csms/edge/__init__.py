"""The edge of every function: settings, logs, requests in, answers out, calls to others. Import the module you need."""
