"""Well-known datasets, read from a folder through ``datasets``; nothing is written beside the user's files."""

from rnnbench_tasks.public.ett import ETTh1, ETTh2, ETTm1
from rnnbench_tasks.public.multi30k import Multi30k
from rnnbench_tasks.public.sst2 import SST2
from rnnbench_tasks.public.wikitext import WikiText2

PUBLIC = (WikiText2, SST2, Multi30k, ETTh1, ETTh2, ETTm1)
