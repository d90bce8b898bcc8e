"""Month-ends as a bookkeeper would tell them, played through the product's own acts."""
