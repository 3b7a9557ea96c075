"""Well-known datasets, from a folder or the Hugging Face hub, through ``datasets``.

Nothing is written beside the user's files, and nothing is fetched while a suite runs.
"""

from rnnbench_tasks.public.ett import ETTh1, ETTh2, ETTm1
from rnnbench_tasks.public.imdb import IMDB
from rnnbench_tasks.public.iwslt import IWSLT14
from rnnbench_tasks.public.jsb_chorales import JSBChorales
from rnnbench_tasks.public.long_series import Electricity, ExchangeRate, Weather
from rnnbench_tasks.public.multi30k import Multi30k
from rnnbench_tasks.public.penn_treebank import PennTreebank
from rnnbench_tasks.public.sst2 import SST2
from rnnbench_tasks.public.ud_english import UDEnglish
from rnnbench_tasks.public.univariate import AirlinePassengers, Sunspots
from rnnbench_tasks.public.wikitext import WikiText2, WikiText103

PUBLIC = (
    WikiText2,
    WikiText103,
    PennTreebank,
    SST2,
    IMDB,
    Multi30k,
    IWSLT14,
    UDEnglish,
    JSBChorales,
    ETTh1,
    ETTh2,
    ETTm1,
    Electricity,
    ExchangeRate,
    Weather,
    Sunspots,
    AirlinePassengers,
)
