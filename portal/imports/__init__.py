"""Books in and out: files of every kind are read, mapped, checked, posted and written."""
