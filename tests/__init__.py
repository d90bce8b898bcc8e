"""The tests: core, features, stories, walls, browser; the cast and the makers stand beside them."""
