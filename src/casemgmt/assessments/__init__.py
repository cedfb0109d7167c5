"""Assessment of needs and risk by domain, with versioned instruments."""
