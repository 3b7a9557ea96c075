"""What the built-in metrics declare. Their implementations stand beside this file and load when they score."""

from rnnbench import Metric

_HERE = "rnnbench_tasks.metrics"

PERPLEXITY = Metric("perplexity", "min", f"{_HERE}.language:Perplexity", unit="per word", low=1.0, ratio=True)
CHARACTER_PERPLEXITY = Metric(
    "character-perplexity", "min", f"{_HERE}.language:CharacterPerplexity", unit="per character", low=1.0, ratio=True
)
BITS_PER_BYTE = Metric("bits-per-byte", "min", f"{_HERE}.language:BitsPerByte", unit="bits")
ACCURACY = Metric("accuracy", "max", f"{_HERE}.classification:Accuracy", unit="%", high=100.0)
MACRO_F1 = Metric("macro-f1", "max", f"{_HERE}.classification:MacroF1", unit="%", high=100.0)
BLEU = Metric("bleu", "max", f"{_HERE}.translation:BLEU", high=100.0)
CHRF = Metric("chrf", "max", f"{_HERE}.translation:ChrF", high=100.0)
MSE = Metric("mse", "min", f"{_HERE}.regression:MSE")
MAE = Metric("mae", "min", f"{_HERE}.regression:MAE")
TOKEN_ACCURACY = Metric("token-accuracy", "max", f"{_HERE}.tagging:TokenAccuracy", unit="%", high=100.0)
SENTENCE_ACCURACY = Metric("sentence-accuracy", "max", f"{_HERE}.tagging:SentenceAccuracy", unit="%", high=100.0)
FRAME_NLL = Metric("nll-per-frame", "min", f"{_HERE}.music:FrameNLL", unit="nats")

DECLARED = (
    PERPLEXITY,
    CHARACTER_PERPLEXITY,
    BITS_PER_BYTE,
    ACCURACY,
    MACRO_F1,
    BLEU,
    CHRF,
    MSE,
    MAE,
    TOKEN_ACCURACY,
    SENTENCE_ACCURACY,
    FRAME_NLL,
)
