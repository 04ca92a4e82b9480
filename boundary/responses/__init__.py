"""The responses that both sides share: problem documents, error pages, renderers, and their OpenAPI descriptions."""
