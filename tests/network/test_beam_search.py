"""The oracles are exhaustive search and a loop of argmax, over a random recurrent table of log-probabilities."""

import itertools

import pytest
import torch

from rnnbench.network.beam_search import beam_search, length_penalty

BOS, EOS = 0, 1


class RandomDecoder:
    """A random recurrent network over a tiny vocabulary; the memory is its bias, the state 1 x N x D in a tuple."""

    def __init__(self, vocabulary, seed, width=4, eos_bias=0.0):
        generator = torch.Generator().manual_seed(seed)
        draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)  # noqa: E731
        self.table, self.recurrent, self.readout = (
            draw(vocabulary, width),
            draw(width, width),
            2 * draw(width, vocabulary),
        )
        self.readout_bias = torch.zeros(vocabulary, dtype=torch.float64)
        self.readout_bias[EOS] = eos_bias
        self.steps = 0

    def __call__(self, token_N, memory, state):
        self.steps += 1
        hidden = torch.zeros(1, len(token_N), 4, dtype=torch.float64) if state is None else state[0]
        hidden = torch.tanh(self.table[token_N] + hidden @ self.recurrent + memory)
        log_probability = (hidden[0] @ self.readout + self.readout_bias).log_softmax(1)
        log_probability[:, BOS] = -torch.inf
        return log_probability, (hidden,)

    def log_probability(self, tokens, memory_1D):
        state, total = None, 0.0
        for before, after in itertools.pairwise([BOS, *tokens, EOS]):
            row, state = self(torch.tensor([before]), memory_1D, state)
            total += row[0, after].item()
        return total


def memories(rows, seed=9):
    return torch.randn(rows, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def search(decoder, memory, longest, **options):
    return beam_search(decoder, memory, torch.as_tensor(longest), bos=BOS, eos=EOS, **options)


@pytest.mark.parametrize("alpha", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("seed", range(6))
def test_a_beam_that_holds_every_hypothesis_finds_the_best(alpha, seed):
    decoder, memory, longest = RandomDecoder(5, seed), memories(3), [4, 0, 3]
    found = search(decoder, memory, longest, beam=200, alpha=alpha)
    for row, most in enumerate(longest):
        every = [list(y) for length in range(most + 1) for y in itertools.product((2, 3, 4), repeat=length)]
        value = {
            tuple(y): decoder.log_probability(y, memory[row : row + 1]) / length_penalty(len(y) + 1, alpha)
            for y in every
        }
        assert tuple(found[row]) == max(value, key=value.get)


@pytest.mark.parametrize("alpha", [0.0, 1.0])
@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5])
def test_a_beam_of_one_is_a_loop_of_argmax(alpha, seed):
    decoder, memory, longest = RandomDecoder(12, seed, eos_bias=1.0), memories(24), 9
    found = search(decoder, memory, [longest] * 24, beam=1, alpha=alpha)
    assert any(0 < len(tokens) < longest for tokens in found)
    for row in range(24):
        tokens, state = [], None
        while len(tokens) < longest:
            scores, state = decoder(torch.tensor([tokens[-1] if tokens else BOS]), memory[row : row + 1], state)
            best = int(scores[0].argmax())
            if best == EOS:
                break
            tokens.append(best)
        assert found[row] == tokens


@pytest.mark.parametrize("beam", [2, 4])
def test_sentences_decode_the_same_alone_and_together(beam):
    decoder, memory, longest = RandomDecoder(30, 3, eos_bias=1.0), memories(7), torch.arange(2, 16, 2)
    together = search(decoder, memory, longest, beam=beam)
    alone = [search(decoder, memory[i : i + 1], longest[i : i + 1], beam=beam)[0] for i in range(7)]
    assert together == alone
    assert len({len(tokens) for tokens in together}) > 2


def test_a_wider_beam_never_finds_less_on_these_and_sometimes_more():
    decoder, memory = RandomDecoder(8, 5), memories(20)

    def value(beam):
        found = search(decoder, memory, [5] * 20, beam=beam)
        return torch.tensor(
            [
                decoder.log_probability(y, memory[i : i + 1]) / length_penalty(len(y) + 1, 1.0)
                for i, y in enumerate(found)
            ]
        )

    greedy, wide = value(1), value(8)
    assert (wide >= greedy - 1e-12).all()
    assert (wide > greedy + 1e-6).any()


def test_among_equals_the_lowest_beam_and_token_come_first():
    def uniform(token_N, memory, state):
        scores = torch.full((len(token_N), 40), -1.0)
        scores[:, EOS] = -3.0
        return scores, None

    assert search(uniform, torch.ones(2, 1), [3, 2], beam=3, alpha=0.0) == [[0, 0, 0], [0, 0]]


def test_the_search_ends_when_no_open_hypothesis_can_win():
    def ends_at_once(token_N, memory, state):
        decoder.steps += 1
        scores = torch.full((len(token_N), 6), -30.0)
        scores[:, EOS] = -0.01
        return scores, None

    decoder = RandomDecoder(6, 0)
    assert search(ends_at_once, torch.ones(1, 1), [50], beam=4) == [[]]
    assert decoder.steps == 1


def test_the_length_penalty_is_that_of_wu_et_al():
    assert length_penalty(1, 0.6) == 1.0
    assert length_penalty(7, 1.0) == 2.0
    assert length_penalty(7, 0.0) == 1.0
