"""When an event moves."""
