"""What today demands of somebody: one answer to the first question of the morning."""
