"""Messages to customers about what is due: their texts, to whom they go, letters, and proof."""
