"""A URL that fsspec knows (s3://, gs://, abfss://, https://, memory:// and others) → blobs.

Nothing here is reached but by a URL that the user gave; what a store lists is opened by that same
store, never as a URL of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lineage_explorer.errors import LineageError, MissingExtra, SourceError, suggestions
from lineage_explorer.plain import plain
from lineage_explorer.readers.remote_file import File, fail, is_web, reason
from lineage_explorer.readers.sources import SUFFIXES, Blob, label_of, suffix

FOLDERS = 10_000
"""Folders that are looked into one by one: links on a web server may go on for ever."""
HTML = "text/html"
HINT = "check the address, and storage_options= if it wants credentials."

_URL = re.compile(r"(?:[a-z][a-z0-9+.-]+::)*([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_USER = re.compile(
    r"(\b[a-z0-9+.-]+://)(?:[^/?#@]*@|(?:(?!://)[^/?#])*(?!://):(?:(?!://)[^@])*@)", re.IGNORECASE
)
_ACCOUNT = re.compile(r"(?:abfss?|wasbs?|adl)://[^/:@]+@", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_LOCAL = ("file", "local")
_PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "abfss", "az", "adl"), "adlfs"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
}


def is_url(text: str) -> bool:
    """Whether it is a URL; `C:/x` is not, and no path is."""
    return _URL.match(text) is not None


def local(url: str) -> str | None:
    """The path that a file:// URL names, None if it is another URL."""
    protocol, _, name = url.partition("://")
    if protocol.lower() not in _LOCAL:
        return None
    return name if Path(name).exists() else url2pathname(name)


def blobs(url: str, options: Mapping[str, Any]) -> list[Blob]:
    """The blobs at a URL: a file, those in a folder, or those that a pattern matches.

    Raises:
        MissingExtra: if fsspec, or what it needs for that protocol, is not installed.
        SourceError: if there is nothing at that place, or no way to it.
    """
    shown = plain(without_secrets(url))
    try:
        fs, path = _store(url, shown, options)
        return _found(fs, path, shown)
    except LineageError:
        raise
    except Exception as error:  # noqa: BLE001 - of many packages, with words that may hold secrets
        raise SourceError(f"{shown!r} cannot be read: {reason(error)}.", HINT) from None


def without_secrets(url: str) -> str:
    """A URL as it may be shown: without user, password and query.

    >>> without_secrets("https://me:pw@host/log.json?sig=abc")
    'https://[redacted]@host/log.json?[redacted]'
    >>> without_secrets("abfss://container@account.dfs.core.windows.net/logs")
    'abfss://container@account.dfs.core.windows.net/logs'
    """
    url = _USER.sub(lambda it: it[0] if _ACCOUNT.fullmatch(it[0]) else f"{it[1]}[redacted]@", url)
    # in a pattern a question mark may stand for a letter, but not where a query could be
    return _QUERY.sub("?[redacted]", url) if "=" in url or _WEB.search(url) else url


def _store(url: str, shown: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    """The object that fsspec has for a URL, and the path in it."""
    protocols = [protocol for part in url.split("::") if (protocol := _protocol(part))]
    try:
        import fsspec
    except ImportError:
        wanted = next((f" {_PACKAGES[p]}" for p in protocols if p in _PACKAGES), "")
        raise MissingExtra(
            f"reading {shown!r} needs fsspec, which is not installed.",
            f"pip install 'lineage-explorer[remote]'{wanted}",
        ) from None
    for protocol in protocols:
        try:
            fsspec.get_filesystem_class(protocol)
        except (ValueError, ImportError) as error:
            if package := _PACKAGES.get(protocol):
                raise MissingExtra(
                    f"reading {protocol}:// needs {package}, which is not installed.",
                    f"pip install {package}",
                ) from None
            if isinstance(error, ImportError):
                raise MissingExtra(f"{protocol}:// cannot be read here.", str(error)) from None
            near = suggestions(protocol, fsspec.available_protocols())
            hint = f"did you mean {near}?" if near else "a path of this machine needs no protocol."
            raise SourceError(f"nobody knows how to read {protocol!r} URLs.", hint) from None
    fs, path = fsspec.core.url_to_fs(url, **options)
    fs.invalidate_cache()  # what was listed an hour ago may have changed
    return fs, str(path)


def _protocol(part: str) -> str:
    name, mark, _ = part.partition("://")
    return name.lower() if mark or re.fullmatch("[a-z]+", part) else ""


def _found(fs: Any, path: str, shown: str) -> list[Blob]:
    web = is_web(fs)
    if (begin := _magic(path, web=web)) >= 0 and (web or not fs.isfile(path)):
        return _matching(fs, path, begin, shown)
    info = fs.info(path)
    is_folder = info.get("type") == "directory"
    if web and path.endswith("/") and info.get("mimetype") == HTML:
        is_folder = True
    if not is_folder:
        size = int(info.get("size") or 0)
        return [Blob(_label(path, web=web), opener=File(fs, path, size), size=size)]
    if not (found := _in_folder(fs, path)):
        raise SourceError(
            f"the folder {shown!r} holds no file ending in {', '.join(sorted(SUFFIXES))}.",
            "name the files, or give a glob; .gz and .zst may follow the ending.",
        )
    return found


def _in_folder(fs: Any, folder: str) -> list[Blob]:
    return [blob for blob in _listed(fs, folder, None) if _known(blob)]


def _matching(fs: Any, path: str, begin: int, shown: str) -> list[Blob]:
    """The files a pattern matches, and those in the folders it matches."""
    from fsspec.utils import glob_translate

    cut = path.rfind("/", 0, begin) + 1
    root, pattern = path[:cut], path[cut:].rstrip("/")
    try:
        fits = re.compile(glob_translate(pattern)).match
    except ValueError:
        raise SourceError(f"{shown!r} is no pattern.", "** stands for whole folders.") from None
    depth = None if "**" in pattern else pattern.count("/") + 1
    listed = _listed(fs, root, depth)
    found = [blob for blob in listed if fits(blob.label) or not _file(blob)]
    if not found and depth is None:
        found = [blob for blob in listed if _known(blob) and any(map(fits, _folders(blob.label)))]
    if not found and depth is not None:
        for info in _walked(fs, root, depth):
            name = _relative(info, root)
            if info.get("type") == "directory" and fits(name):
                inside = _in_folder(fs, str(info["name"]))
                found += [replace(blob, label=f"{name}/{blob.label}") for blob in inside]
    if not found:
        raise SourceError(f"no file matches {shown!r}.", "check the pattern; ** goes into folders.")
    return sorted(found, key=_order)


def _listed(fs: Any, root: str, depth: int | None) -> list[Blob]:
    """All files below a folder, at most so many levels down, and folders that cannot be listed."""
    found = []
    if depth is None and _lists_whole(fs):
        infos: Iterator[Any] = iter(fs.find(root, detail=True).values())
    else:
        infos = _walked(fs, root, depth)
    for info in infos:
        name = str(info["name"])
        label = _relative(info, root)
        if info.get("type") == "directory" or not label or name.endswith("/"):
            continue
        size = int(info.get("size") or 0)
        opener: Callable[[], IO[bytes]] = File(fs, name, size)
        if info.get("type") == "unread":
            opener = partial(fail, info["why"])
        found.append(Blob(label, opener=opener, size=size))
    return sorted(found, key=_order)


def _walked(fs: Any, root: str, depth: int | None) -> Iterator[Mapping[str, Any]]:
    """What the store says of each thing below a folder, folder by folder."""
    waiting, seen, web = [(root, 1)], {root.rstrip("/")}, is_web(fs)
    while waiting:
        folder, level = waiting.pop()
        try:
            listing = fs.ls(folder, detail=True)
        except Exception as error:
            if folder == root:
                raise
            yield {"name": folder.rstrip("/"), "type": "unread", "why": reason(error)}
            continue
        for info in listing:
            name = str(info["name"])
            is_folder = info.get("type") == "directory"
            if (web and not _below(name, root)) or (is_folder and name.rstrip("/") in seen):
                continue
            yield info
            if is_folder:
                seen.add(name.rstrip("/"))
                if depth is None or level < depth:
                    waiting.append((name, level + 1))
        if len(seen) > FOLDERS:
            raise SourceError(
                f"there are over {FOLDERS:,} folders below that place.", "name one further down."
            )


def _below(link: str, folder: str) -> bool:
    """Whether a link on a page leads to something in that page's folder."""
    prefix = folder.rstrip("/") + "/"
    rest = link.removeprefix(prefix)
    parts = unquote(rest).split("/")
    return link.startswith(prefix) and not (set("?#") & set(rest) or {".", ".."} & set(parts))


def _relative(info: Mapping[str, Any], root: str) -> str:
    """The path of something from a folder on."""
    prefix = root.rstrip("/") + "/" if root.strip("/") else root
    return label_of(str(info["name"]).removeprefix(prefix).strip("/"))


def _order(blob: Blob) -> list[str]:
    return blob.label.split("/")


def _folders(label: str) -> Iterator[str]:
    """The folders that a file is in."""
    return map(str, PurePosixPath(label).parents)


def _magic(path: str, *, web: bool) -> int:
    """Where the first sign of a pattern is, -1 if there is none."""
    # in an address of the web a question mark begins the query, and [::1] is a host
    begin = len(path) - len(path.partition("://")[2].partition("/")[2]) if web else 0
    signs = re.compile(r"[*[]" if web else r"[*?[]")
    match = signs.search(_QUERY.sub("", path) if web else path, begin)
    return match.start() if match else -1


def _label(path: str, *, web: bool) -> str:
    """The name of a single file."""
    if not web:
        return label_of(path.rpartition("/")[2])
    parts = urlsplit(path)
    return label_of(parts.path.rstrip("/").rpartition("/")[2] or str(parts.hostname))


def _known(blob: Blob) -> bool:
    """Whether it looks like a log, or is a folder that cannot be looked into."""
    name = PurePosixPath(blob.label)
    hidden = any(part.startswith(".") for part in name.parts)
    return not _file(blob) or (suffix(name) in SUFFIXES and not hidden)


def _file(blob: Blob) -> bool:
    return isinstance(blob.opener, File)


def _lists_whole(fs: Any) -> bool:
    """Whether a store lists all that is below a folder at once, as object stores do."""
    from fsspec.asyn import AsyncFileSystem
    from fsspec.spec import AbstractFileSystem

    own = getattr(type(fs), "_find", AsyncFileSystem._find)  # noqa: SLF001 - how stores say it
    return own is not AsyncFileSystem._find or type(fs).find is not AbstractFileSystem.find  # noqa: SLF001
