"""Where a model's files are: a folder as given, or the hub's files on this machine, pinned to a revision.

Owns names and downloads. Promises that only safetensors are taken unless asked, and a name that pins what is loaded: the hub's
commit, or a digest of the files in a folder. What is missing is told with the command that gets it. A folder opens no connection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import errors as hub

from prover.models.generator import ModelFailed
from prover.models.options import LocalOptions
from prover.models.untyped import snapshot

PLAIN = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")
PICKLES = "pytorch_model*.bin"
CODE = "*.py"
DIGITS = 12  # of a digest or a commit in a name

# Hub id, revision ("" = main), patterns of file names: the folder that they are in, which is named by its commit.
Fetch = Callable[[str, str, Sequence[str]], Path]


@dataclass(frozen=True, slots=True)
class Found:
    """A model's files: the folder, the name with the revision, and the files with weights in them (at least one)."""

    folder: Path
    name: str
    weights: tuple[Path, ...]

    @property
    def pickled(self) -> bool:
        """The weights are no safetensors."""
        return self.weights[0].suffix != ".safetensors"


def from_hub(source: str, revision: str, patterns: Sequence[str]) -> Path:
    """The files of a model on the hub; from this machine if they are already here."""
    return Path(snapshot(source, revision or None, patterns, ["original/*", "consolidated*"]))


def find(source: str, options: LocalOptions, fetch: Fetch = from_hub) -> Found:
    """The files of a model by folder or hub id. Raises ModelFailed saying what to do."""
    here = Path(source).expanduser()
    if here.is_dir():
        if options.revision:
            raise ModelFailed(f"{source} is a folder: a revision is for models on the hub")
        weights = _weights(here, source, options)
        return Found(here, f"{here.resolve().name}@{_digest([*weights, *sorted(here.glob('*.json'))])[:DIGITS]}", weights)
    if source.count("/") != 1 or source.startswith((".", "/", "~")):
        raise ModelFailed(f"there is no folder {source}, and a model on the hub is called OWNER/NAME")
    patterns = [*PLAIN, *([CODE] if options.trust_remote_code else [])]
    folder = _fetched(source, options.revision, patterns, fetch)
    if options.allow_pickle and not any(folder.glob("*.safetensors")):
        folder = _fetched(source, options.revision, [*patterns, PICKLES], fetch)
    return Found(folder, f"{source}@{folder.name[:DIGITS]}", _weights(folder, source, options))


def _fetched(source: str, revision: str, patterns: Sequence[str], fetch: Fetch) -> Path:
    command = f"hf download {source}" + (f" --revision {revision}" if revision else "")
    try:
        return fetch(source, revision, patterns)
    except hub.GatedRepoError as error:
        message = f"{source} is gated: accept its terms at https://huggingface.co/{source}, then `hf auth login`"
        raise ModelFailed(message) from error
    except hub.RevisionNotFoundError as error:
        raise ModelFailed(f"{source} has no revision {revision!r} on the hub") from error
    except hub.RepositoryNotFoundError as error:
        raise ModelFailed(f"the hub has no model {source}, or it is private: check the name, or `hf auth login`") from error
    except (hub.LocalEntryNotFoundError, hub.OfflineModeIsEnabled, OSError) as error:
        # OSError: what the HTTP client and the disk raise
        message = f"{source} is not on this machine, and it could not be downloaded: run `{command}` where there is a network"
        raise ModelFailed(f"{message} (--local-dir FOLDER to carry it over), or give a folder", detail=str(error)) from error
    except hub.HFValidationError as error:
        raise ModelFailed(f"{source} is no model's name on the hub, and no folder", detail=str(error)) from error


def _weights(folder: Path, source: str, options: LocalOptions) -> tuple[Path, ...]:
    """The files that the weights are in. Raises ModelFailed for none, for a missing one, and for pickles that nobody asked for."""
    if not (folder / "config.json").is_file():
        raise ModelFailed(f"{folder} has no config.json: it is no model's folder")
    for single, many in (("model.safetensors", "*.safetensors"), ("pytorch_model.bin", PICKLES)):
        if (folder / f"{single}.index.json").is_file():
            index = json.loads((folder / f"{single}.index.json").read_bytes())
            files = [folder / name for name in sorted(set(index["weight_map"].values()))]
        elif (folder / single).is_file():
            files = [folder / single]
        else:
            files = sorted(folder.glob(many))
        if files and many == PICKLES and not options.allow_pickle:
            raise ModelFailed(
                f"{source} has its weights as a pickle alone ({files[0].name}), which can run any code when it is opened: "
                "convert it to safetensors, or allow pickles if you trust where it comes from"
            )
        if missing := [file.name for file in files if not file.is_file()]:
            raise ModelFailed(f"{folder} lacks {', '.join(missing)}: the download is not complete; run `hf download` again")
        if files:
            return tuple(files)
    pickles = "" if options.allow_pickle else ", and pickles were not asked for"
    raise ModelFailed(f"{source} has no weights in safetensors{pickles}")


def _digest(files: Sequence[Path]) -> str:
    """One digest of names and contents; files are read side by side."""

    def digest(file: Path) -> str:
        with file.open("rb") as content:
            return f"{file.name} {hashlib.file_digest(content, 'sha256').hexdigest()}\n"

    with ThreadPoolExecutor(4) as pool:
        return hashlib.sha256("".join(pool.map(digest, files)).encode()).hexdigest()
