"""From anything that holds lineage to a `Lineage`: files, memory, URLs, a running Marquez."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lineage_explorer import readers
from lineage_explorer.lineage import Lineage

if TYPE_CHECKING:
    from datetime import datetime

    from lineage_explorer.readers.marquez_live import Fetched, Limits


def read(
    source: object,
    *,
    format: str = "auto",  # noqa: A002 - the word people expect
    strict: bool = False,
    redact: bool = True,
    cache: bool = True,
    storage_options: Mapping[str, Any] | None = None,
) -> Lineage:
    """Read lineage from anything that holds it.

    Args:
        source: a file, a folder, a glob, a list of those, an open file, bytes, or a list of
            dicts. NDJSON, JSON arrays, single or wrapped events and log lines are recognised;
            `.gz` and `.zst` are opened by their content. A folder is read whole: its `.json`,
            `.ndjson`, `.jsonl`, `.log`, `.txt` and `.csv` files. File, folder and glob may be
            URLs that fsspec opens, as `s3://bucket/events/` or `https://host/log.ndjson`, with
            the extra `remote`.
        format: "auto" recognises each file by its beginning: OpenLineage events and answers of
            Marquez's API ("json"), Marquez's table `lineage_events` as CSV ("marquez-table"),
            and what other packages add. `lin.sources` tells what each file was taken for.
        strict: raise at the first error in the input, instead of noting it in `lin.problems`.
        redact: take out passwords, tokens and the values of environment variables while
            reading. `False` keeps them: they then appear in frames, pictures and saved notebooks.
        cache: keep what was read of large files (from 16 MB on) in the user's cache directory,
            to be there at once the next time; a file that grew is read from where it ended. The
            environment variable `LINEAGE_EXPLORER_CACHE` names another directory, or is "off".
            Nothing is kept with `redact=False`, nor of what comes by a URL.
        storage_options: credentials and settings for URLs, passed on to fsspec as they are, as
            `{"key": …, "secret": …}` for S3. They are shown and kept nowhere.

    Returns:
        A `Lineage`. What could not be read is in its `problems` frame, with file and line.

    Raises:
        SourceError: if there is nothing at that place; with `strict`, at the first error.
        MissingExtra: if it is a URL and fsspec, or what that needs for it, is not installed.

    >>> lin = read([{"eventTime": "2024-05-01T10:00:00Z", "eventType": "COMPLETE",
    ...     "run": {"runId": "r1"}, "job": {"namespace": "shop", "name": "load"},
    ...     "inputs": [{"namespace": "s3://raw", "name": "orders.csv"}],
    ...     "outputs": [{"namespace": "warehouse", "name": "public.orders"}]}])
    >>> lin.edges["kind"].to_list()
    ['reads', 'writes']
    """
    found = readers.read(
        source,
        format=format,
        strict=strict,
        redact=redact,
        cache=cache,
        storage_options=storage_options,
    )
    return Lineage(found.frames, found.blobs, redact, found.recognised)


def read_marquez(
    url: str,
    namespace: str | None = None,
    since: datetime | str | None = None,
    *,
    limits: Limits | None = None,
    progress: Callable[[Fetched], object] | None = None,
    allow_http: bool = False,
    strict: bool = False,
    redact: bool = True,
) -> Lineage:
    """Read what a running Marquez knows.

    A token is taken from the environment variable `MARQUEZ_API_KEY`, if it is set.

    Args:
        url: its address, as `https://marquez.example.com` or `http://localhost:5000`.
        namespace: only events with a job or dataset of this namespace.
        since: only events from this time on.
        limits: how much to read at most (`lineage_explorer.Limits`: pages, bytes, seconds).
            Where that cuts something off, `lin.problems` has a row `cut-short`.
        progress: called after each page with a `Fetched`: pages, events, bytes. Without it, a line
            on the terminal or in the notebook says how far it has come.
        allow_http: send requests (and the token) unencrypted to another machine.
        strict: as in `read`.
        redact: as in `read`.

    Raises:
        SourceError: if the address is none, or the server does not answer as Marquez does.
    """
    from lineage_explorer.readers import marquez_live, marquez_source
    from lineage_explorer.readers.progress import line

    server = marquez_live.Server.at(url, allow_http=allow_http)
    upto = limits or marquez_live.Limits()
    with line() as shown:
        told = progress or shown.fetched
        blobs, notes = marquez_source.load(server, namespace, since, upto, told)
    found = readers.read(blobs, format="json", strict=strict, redact=redact, notes=notes)
    return Lineage(found.frames, found.blobs, redact, found.recognised)
