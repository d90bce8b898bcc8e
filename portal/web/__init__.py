"""What every page stands on: the request, the answer, forms, errors, headers; with the pages the only Flask."""
