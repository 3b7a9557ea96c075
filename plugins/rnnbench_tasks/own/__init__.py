"""The user's own files as datasets: a suite names the files and the columns. Nothing is written beside them."""

from rnnbench_tasks.own.parallel_files import ParallelFiles
from rnnbench_tasks.own.series_csv import SeriesCSV
from rnnbench_tasks.own.table import Table
from rnnbench_tasks.own.text_files import TextFiles

OWN = (TextFiles, Table, ParallelFiles, SeriesCSV)
