"""Slow, literal forms of what a grammar says: all derivations, and the inside algorithm."""

from functools import cache


def derivations(rules, symbols):
    """All derivations of a sequence of symbols: (probability, words)."""
    if not symbols:
        yield 1.0, ()
        return
    first, rest = symbols[0], symbols[1:]
    for choice, p in rules.get(first, {None: 1.0}).items():
        heads = [(1.0, (first,))] if choice is None else derivations(rules, choice)
        for q, head in heads:
            for r, tail in derivations(rules, rest):
                yield p * q * r, head + tail


def inside(grammar, words):
    """The probability of a sentence, summed over all derivations and all ways to share out its words."""

    @cache
    def symbol(name, start, end):
        if name not in grammar.rules:
            return float(tuple(words[start:end]) == (name,))
        return sum(p * sequence(choice, start, end) for choice, p in grammar.rules[name].items())

    @cache
    def sequence(names, start, end):
        if not names:
            return float(start == end)
        if len(names) == 1:
            return symbol(names[0], start, end)
        return sum(
            left * sequence(names[1:], middle, end)
            for middle in range(start, end + 1)
            if (left := symbol(names[0], start, middle))
        )

    return symbol(grammar.start, 0, len(words))
