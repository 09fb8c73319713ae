"""One run of dlt, in its own virtual environment: dlt_sync.py SQLITE_FILE FOLDER_OF_ITS_STATE, with the address of the
target in BENCH_TARGET and what to copy as JSON in BENCH_TABLES ({table: [cursor, columns or null]}). As its
documentation says: sql_table, merge by primary key, a cursor on the time of the change, the backend pyarrow."""

import json
import os
import sys

import dlt
from dlt.sources.sql_database import sql_table

file, state = sys.argv[1:]
pipeline = dlt.pipeline(
    "bench",
    pipelines_dir=state,
    destination=dlt.destinations.postgres(credentials=os.environ["BENCH_TARGET"]),
    dataset_name="dlt_bench",
)
tables = json.loads(os.environ["BENCH_TABLES"])
pipeline.run([
    sql_table(
        credentials=f"sqlite:///{file}",
        table=table,
        backend="pyarrow",
        included_columns=columns,
        incremental=dlt.sources.incremental(cursor),
        primary_key="id",
        write_disposition="merge",
    )
    for table, (cursor, columns) in tables.items()
])
