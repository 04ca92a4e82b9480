"""The hooks and the configuration of schemathesis for this service."""
