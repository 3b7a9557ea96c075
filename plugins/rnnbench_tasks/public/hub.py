"""The Hugging Face hub: a dataset's files at one revision, fetched ahead of a run and never during one.

``datasets.load_dataset(name, revision=...)`` may answer with another revision that it finds in its cache, and waits
for minutes on a silent server. So a fetch resolves the revision, brings just that snapshot into the hub's own cache,
compares each file with what the hub says of it, and only then notes it in a lock file: one a repository, with the
revision, sizes and hashes. What is not in the lock, or is not as it says, is not there.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from rnnbench import Split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from huggingface_hub.hf_api import RepoSibling

TIMEOUT_S = 3.0
"""How long the hub may take to say which revision it has."""


class HubError(Exception):
    """Nothing usable came from the hub, or what came has changed since."""


class _File(TypedDict):
    size: int
    sha256: str


class Lock(TypedDict):
    """What was fetched of a repository: all files whole, all of one revision."""

    repository: str
    revision: str
    files: dict[str, _File]


@dataclass(frozen=True)
class Hub:
    """Files of a repository on the hub.

    Attributes:
        repository: ``owner/name``.
        files: a pattern of paths in the repository for each split.
        revision: a commit that public code pins; None: the newest at the first fetch, then the one in the lock.
        seen: whether it was ever fetched where this was built.
    """

    repository: str
    files: Mapping[Split, str]
    revision: str | None = None
    seen: bool = False

    def __str__(self) -> str:
        if self.revision:
            return f"{self.repository} at {self.revision} (pinned)"
        lock = self.lock()
        return f"{self.repository} at {lock['revision'] if lock else 'its newest at the first fetch'} (unverified)"

    def lock(self) -> Lock | None:
        """What was fetched of the repository, at the pinned revision where there is one."""
        try:
            lock: Lock = json.loads(self._lock_path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise HubError(f"{self._lock_path} is damaged: remove it and fetch again") from error
        return lock if self.revision in (None, lock["revision"]) else None

    def fetched(self, split: Split) -> tuple[Path, ...]:
        """The split's files in the cache, in the order of their names; none where it was not fetched. No network.

        Raises:
            HubError: a file is missing or is not what was fetched.
        """
        lock = self.lock()
        names = sorted(name for name in lock["files"] if fnmatchcase(name, self.files[split])) if lock else []
        if lock is None or not names:
            return ()
        from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415  wanted only here

        paths = []
        for name in names:
            found = try_to_load_from_cache(
                self.repository, name, repo_type="dataset", revision=lock["revision"], cache_dir=_cache()
            )
            if not isinstance(found, str) or not _as_locked(Path(found), lock["files"][name]):
                raise HubError(f"{name} of {self.repository} is missing or altered since it was fetched")
            paths.append(Path(found))
        return tuple(paths)

    def fetch(self) -> None:
        """Bring all files into the hub's cache, and lock them.

        Raises:
            HubError: the hub cannot be reached, has another revision or other files, or sends something damaged.
        """
        from huggingface_hub import HfApi, snapshot_download  # noqa: PLC0415  wanted only here

        lock = self.lock()
        revision = self.revision or (lock["revision"] if lock else None)
        try:
            info = HfApi().dataset_info(self.repository, revision=revision, timeout=TIMEOUT_S, files_metadata=True)
            sha = str(info.sha)
            if revision not in (None, sha):
                raise HubError(f"the hub answered with revision {sha}, expected {revision}")
            wanted = self._wanted(info.siblings or [])
            for anew in (False, True):  # what lies damaged in the cache is brought once more
                folder = snapshot_download(
                    self.repository,
                    repo_type="dataset",
                    revision=sha,
                    allow_patterns=list(wanted),
                    cache_dir=_cache(),
                    etag_timeout=TIMEOUT_S,
                    force_download=anew,
                )
                damaged = [name for name, told in wanted.items() if not _as_told(Path(folder) / name, told)]
                if not damaged:
                    break
            else:
                raise HubError(f"not what the hub says of them: {', '.join(damaged)}")
        except HubError:
            raise
        except Exception as error:  # the hub's client lets through whatever its HTTP client raises
            raise HubError(f"{type(error).__name__}: {_first_line(error)}") from error
        paths = {name: Path(folder) / name for name in wanted}
        files = {name: _File(size=path.stat().st_size, sha256=_sha256(path)) for name, path in paths.items()}
        before = lock["files"] if lock else {}
        self._write(Lock(repository=self.repository, revision=sha, files={**before, **files}))

    def _wanted(self, siblings: list[RepoSibling]) -> dict[str, RepoSibling]:
        """The files of all splits, with what the hub says of each."""
        wanted = {}
        for split, pattern in self.files.items():
            found = {one.rfilename: one for one in siblings if fnmatchcase(one.rfilename, pattern)}
            if not found:
                raise HubError(f"it has no file {pattern} for the {split} rows")
            wanted.update(found)
        return wanted

    @property
    def _lock_path(self) -> Path:
        return _cache() / "rnnbench" / f"{self.repository.replace('/', '--')}.json"

    def _write(self, lock: Lock) -> None:
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=self._lock_path.parent, prefix=".", suffix=".tmp", encoding="utf-8", delete=False
        ) as file:
            json.dump(lock, file, indent=1, sort_keys=True)
        Path(file.name).replace(self._lock_path)


def _cache() -> Path:
    """The hub's own cache."""
    from huggingface_hub import constants  # noqa: PLC0415  wanted only here

    return Path(constants.HF_HUB_CACHE)


def _as_locked(path: Path, file: _File) -> bool:
    return path.is_file() and path.stat().st_size == file["size"] and _sha256(path) == file["sha256"]


def _as_told(path: Path, told: RepoSibling) -> bool:
    """Large files go by their SHA-256, small ones by git's name for their content."""
    if not path.is_file() or path.stat().st_size != told.size:
        return False
    if told.lfs is not None:
        return _sha256(path) == told.lfs.sha256
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == told.blob_id


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
