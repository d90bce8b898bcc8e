"""What needs a second person: asked for by features, decided in one inbox, never by who asked."""
