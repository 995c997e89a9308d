"""Being a member."""
