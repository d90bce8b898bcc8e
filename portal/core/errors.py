"""How core says no: a rule was broken, with a code for programs and facts for the sentence."""


class RuleBroken(Exception):  # noqa: N818 - it is no fault of the program
    """
    A business rule refuses what was asked; the code finds the sentence, the facts fill it.

    >>> RuleBroken("money.malformed", field="amount", value="12,5").facts
    {'value': '12,5'}
    """

    def __init__(self, code: str, field: str | None = None, **facts: object) -> None:
        """Keep the code, the form's field it concerns, and the facts that the sentence names."""
        super().__init__(code)
        self.code = code
        self.field = field
        self.facts = facts

    def __str__(self) -> str:
        """Show code and facts, for the log; people read the sentence of the catalogue."""
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code
