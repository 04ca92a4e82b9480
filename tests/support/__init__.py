"""Support for the tests: settings, processes, HTTP requests and data."""
