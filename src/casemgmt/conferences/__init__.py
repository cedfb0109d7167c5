"""Case conferences: people of several bodies meet about a child, decide, and each decision becomes somebody's clock."""
