"""The public names, each with the module that it is loaded from on first use: the only list of them."""

from .base.messages import did_you_mean as did_you_mean
from .base.streams import stream as stream
from .contract.batches import (
    Arrays as Arrays,
    Batch as Batch,
    Columns as Columns,
    Encoding as Encoding,
)
from .contract.datasets import (
    DataMissing as DataMissing,
    Dataset as Dataset,
    LabelledText as LabelledText,
    Observation as Observation,
    PianoRoll as PianoRoll,
    Row as Row,
    Rows as Rows,
    SentencePair as SentencePair,
    Split as Split,
    TaggedSentence as TaggedSentence,
    TextLine as TextLine,
    rows_of_type as rows_of_type,
)
from .contract.ends import (
    InputType as InputType,
    OutputEnd as OutputEnd,
    OutputType as OutputType,
)
from .contract.arrays import (
    IGNORED as IGNORED,
    Floats as Floats,
    Integers as Integers,
)
from .contract.execution import (
    Died as Died,
    Event as Event,
    Executor as Executor,
    ExecutorFactory as ExecutorFactory,
    ExecutorOptions as ExecutorOptions,
    Finished as Finished,
    HookFailed as HookFailed,
    Job as Job,
    LimitReached as LimitReached,
    NotStored as NotStored,
    PhaseChanged as PhaseChanged,
    Progress as Progress,
    Stopped as Stopped,
)
from .contract.field_values import ADDED as ADDED
from .authoring.fields import (
    check_choices as check_choices,
    check_fraction as check_fraction,
    check_positive as check_positive,
    check_whole as check_whole,
)
from .authoring.ragged import (
    pack_texts as pack_texts,
    pack_tokens as pack_tokens,
    pad_rows as pad_rows,
    row_lengths as row_lengths,
    unpack_texts as unpack_texts,
)
from .authoring.row_order import (
    rows_in_order as rows_in_order,
    scored_by_row as scored_by_row,
    scored_by_step as scored_by_step,
    shuffled_by_length as shuffled_by_length,
    shuffled_rows as shuffled_rows,
    sorted_by_length as sorted_by_length,
)
from .authoring.token_batches import (
    padded_batch as padded_batch,
)
from .authoring.vocabulary import (
    PADDING as PADDING,
    UNKNOWN as UNKNOWN,
    fit_vocabulary as fit_vocabulary,
    index_of as index_of,
    normalised as normalised,
    token_ids as token_ids,
)
from .contract.hooks import hookimpl as hookimpl
from .contract.metrics import (
    Metric as Metric,
    mean_metric as mean_metric,
)
from .contract.models import (
    Family as Family,
    Knob as Knob,
    Model as Model,
    Role as Role,
)
from .contract.tasks import (
    Baseline as Baseline,
    Task as Task,
)
from .discovery import find_model as find_model
from .execute.carry_out import carry_out as carry_out
from .execute.limits import limit_reached as limit_reached
from .metrics import find_metric as find_metric
from .metrics.evaluate_modules import (
    as_evaluate as as_evaluate,
    evaluate_metric as evaluate_metric,
)
from .network.bits_per_step import BitsPerStep as BitsPerStep
from .network.horizon import Horizon as Horizon
from .network.inputs import (
    Reals as Reals,
    Tokens as Tokens,
)
from .network.label import Label as Label
from .network.label_per_step import LabelPerStep as LabelPerStep
from .network.next_token import NextToken as NextToken
from .network.target_sequence import TargetSequence as TargetSequence
from .network.value import Value as Value
from .records.frame import load_results as load_results

__version__: str
__all__: list[str]
