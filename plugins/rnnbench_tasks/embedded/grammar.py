"""Probabilistic context-free grammars that one word of lookahead parses: LL(1), hence unambiguous.

Each sentence has at most one derivation, which reading it from left to right reveals, so its probability is the product
of the choices made in it: no sum over parses. See Aho, Lam, Sethi, Ullman, Compilers (2006), section 4.4.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np

    Symbols = tuple[str, ...]
    Rules = Mapping[str, Mapping[Symbols, float]]

END = "<end>"
"""What a sentence's lookahead sees behind its last word."""


class Grammar:
    """A start symbol and rules: nonterminal -> {right-hand side: probability}. A symbol without a rule is a word.

    Raises:
        ValueError: a nonterminal's probabilities do not sum to one, or two of its right-hand sides can begin with the
            same word, so that the grammar might be ambiguous.
    """

    def __init__(self, start: str, rules: Rules) -> None:
        for symbol, choices in rules.items():
            if not math.isclose(sum(choices.values()), 1.0, rel_tol=1e-9):
                raise ValueError(f"the probabilities of {symbol!r} sum to {sum(choices.values())}")
        self.start = start
        self.rules = rules
        self._predictions = predictions(start, rules)
        self._choices = {symbol: tuple(choices) for symbol, choices in rules.items()}
        self._boundaries = {symbol: tuple(accumulate(rules[symbol].values()))[:-1] for symbol in rules}

    def sample(self, random: np.random.Generator) -> list[str]:
        """The words of a sentence, drawn from the grammar."""
        words, stack = [], [self.start]
        while stack:
            symbol = stack.pop()
            if symbol in self.rules:
                choice = self._choices[symbol][bisect(self._boundaries[symbol], random.random())]
                stack.extend(reversed(choice))
            else:
                words.append(symbol)
        return words

    def log_likelihood(self, words: Sequence[str]) -> float:
        """The natural logarithm of the probability of a sentence, its end included; minus infinity if it is none."""
        total, stack = 0.0, [self.start]
        for word in (*words, END):
            while stack and stack[-1] in self.rules:
                symbol = stack.pop()
                choice = self._predictions[symbol].get(word)
                if choice is None:
                    return -math.inf
                total += math.log(self.rules[symbol][choice])
                stack.extend(reversed(choice))
            if (stack.pop() if stack else END) != word:
                return -math.inf
        return total


def predictions(start: str, rules: Rules) -> dict[str, dict[str, Symbols]]:
    """The parsing table: by nonterminal and next word, the right-hand side.

    Raises:
        ValueError: two right-hand sides of a nonterminal can begin with the same word.
    """
    empty = nullable(rules)
    first = first_words(rules, empty)
    follow = following_words(start, rules, first, empty)
    table: dict[str, dict[str, Symbols]] = {}
    for symbol, choices in rules.items():
        row: dict[str, Symbols] = {}
        for choice in choices:
            begins = starts(choice, first, empty)
            for word in begins | follow[symbol] if empty.issuperset(choice) else begins:
                if word in row:
                    raise ValueError(f"two right-hand sides of {symbol!r} can begin with {word!r}")
                row[word] = choice
        table[symbol] = row
    return table


def nullable(rules: Rules) -> set[str]:
    """The nonterminals that can derive no word at all."""
    found: set[str] = set()
    while more := {s for s, choices in rules.items() if any(found.issuperset(c) for c in choices)} - found:
        found |= more
    return found


def first_words(rules: Rules, empty: set[str]) -> dict[str, set[str]]:
    """By nonterminal, the words that it can begin with."""
    first: dict[str, set[str]] = {symbol: set() for symbol in rules}
    changed = True
    while changed:
        changed = False
        for symbol, choices in rules.items():
            before = len(first[symbol])
            first[symbol].update(*(starts(choice, first, empty) for choice in choices))
            changed |= len(first[symbol]) > before
    return first


def starts(symbols: Iterable[str], first: Mapping[str, set[str]], empty: set[str]) -> set[str]:
    """The words that a sequence of symbols can begin with."""
    found: set[str] = set()
    for symbol in symbols:
        found |= first.get(symbol, {symbol})
        if symbol not in empty:
            break
    return found


def following_words(start: str, rules: Rules, first: Mapping[str, set[str]], empty: set[str]) -> dict[str, set[str]]:
    """By nonterminal, the words that can come right after it."""
    follow: dict[str, set[str]] = defaultdict(set, {start: {END}})
    sides = [(symbol, choice) for symbol, choices in rules.items() for choice in choices]
    sides = [(symbol, choice) for symbol, choice in sides if not rules.keys().isdisjoint(choice)]
    changed = True
    while changed:
        changed = False
        for symbol, choice in sides:
            after = follow[symbol]
            for part in reversed(choice):
                if part not in rules:
                    after = {part}
                    continue
                before = len(follow[part])
                follow[part] |= after
                changed |= len(follow[part]) > before
                after = first[part] | after if part in empty else first[part]
    return follow
