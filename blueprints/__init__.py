"""Pages and machine endpoints, one folder a feature: parse, call one service, answer."""
