"""Benefits: what the law answers for a family, the officer's decision on it, appeals, offers of a proactive service."""
