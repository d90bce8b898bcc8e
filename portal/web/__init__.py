"""What every page stands on: request, answer, forms, errors, headers; the only Flask but pages."""
