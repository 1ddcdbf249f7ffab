# SPDX-License-Identifier: Apache-2.0
"""The functions of `onnx.hub` (ONNX 1.11 to 1.20), which ONNX removed in 1.21, and a few more.

    from onnxhub import hub

    model = hub.load("mnist")                     # an onnx.ModelProto
    file = hub.path("mnist")                      # the verified file; needs no package `onnx`

Functions raise what `onnx.hub` raises: AssertionError for a model, opset or manifest that does not exist and for wrong
bytes, KeyError for missing test data, IndexError for a repo without "/", urllib.error.URLError for an unreachable hub,
ValueError and RuntimeError for models that can't be combined. docs/python.md lists the differences.
"""

import operator
import os
import sys
import tempfile
import threading
import warnings
from os.path import join
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Set, Tuple, Union

from . import _call
from ._child import Argument, Malformed
from ._errors import raise_as_onnx
from ._loading import Loading
from ._progress import printable, say

if TYPE_CHECKING:
    from onnx import ModelProto

__all__ = [
    "ModelInfo",
    "download_model_with_test_data",
    "get_dir",
    "get_model_info",
    "install",
    "list_models",
    "load",
    "load_composite_model",
    "load_locked",
    "lock",
    "locked_path",
    "path",
    "search",
    "session",
    "set_dir",
]

if "ONNX_HOME" in os.environ:
    _ONNX_HUB_DIR = join(os.environ["ONNX_HOME"], "hub")
elif "XDG_CACHE_HOME" in os.environ:
    _ONNX_HUB_DIR = join(os.environ["XDG_CACHE_HOME"], "onnx", "hub")
else:
    _ONNX_HUB_DIR = join(os.path.expanduser("~"), ".cache", "onnx", "hub")

_OFFICIAL = "onnx/models:main"
_RAW = "https://raw.githubusercontent.com/"
_MEDIA = "https://media.githubusercontent.com/media/"

# How the other hub specs begin; docs/client.md, "Hubs and mirrors".
_OTHER_SPECS = ("https://", "http://", "hf://", "file://", "/", "./", "../")
_WEB_SPECS = ("https://", "http://", "file://")


# Characters of a name or repo. The system allows 128 KiB.
_LONGEST_ARGUMENT = 16_384


class ModelInfo:
    """One model of a hub, as its manifest describes it.

    Attributes:
        model: its name
        model_path: its path in the hub
        metadata: size, SHA-256, tags, inputs and outputs
        model_sha: SHA-256 of the model file, or None
        tags: a set of tags
        opset: version of the default operator set
        raw_model_info: the whole entry of the manifest
    """

    def __init__(self, raw_model_info: Dict[str, Any]) -> None:
        """Takes an entry of a manifest. Raises KeyError if a required key is missing."""
        self.model: str = raw_model_info["model"]
        self.model_path: str = raw_model_info["model_path"]
        self.metadata: Dict[str, Any] = raw_model_info["metadata"]
        self.model_sha: Optional[str] = self.metadata.get("model_sha")
        self.tags: Set[str] = set(self.metadata.get("tags", ()))
        self.opset: int = raw_model_info["opset_version"]
        self.raw_model_info: Dict[str, Any] = raw_model_info

    def __str__(self) -> str:
        return f"ModelInfo(model={self.model}, opset={self.opset}, path={self.model_path}, metadata={self.metadata})"

    def __repr__(self) -> str:
        return self.__str__()


def set_dir(new_dir: str) -> None:
    """Sets the cache directory of this process."""
    global _ONNX_HUB_DIR
    _ONNX_HUB_DIR = new_dir


def get_dir() -> str:
    """Returns the cache directory: `set_dir()`, `$ONNX_HOME/hub`, `$XDG_CACHE_HOME/onnx/hub` or `~/.cache/onnx/hub`."""
    return _ONNX_HUB_DIR


def _parse_repo_info(repo: str) -> Tuple[str, str, str]:
    """Splits "owner/name[:ref]"; the default ref is "main". Raises IndexError if there is no "/"."""
    place, *refs = repo.split(":")
    segments = place.split("/")
    return segments[0], segments[1], refs[0] if refs else "main"


def _is_other_spec(repo: str) -> bool:
    """Whether this is a hub spec of onnxhub other than "owner/name[:ref]"."""
    return repo in (".", "..") or repo.startswith(_OTHER_SPECS)


def _verify_repo_ref(repo: str) -> bool:
    """Whether downloads from this hub need no confirmation: only "onnx/models:main". Programs may replace it."""
    if _is_other_spec(repo):
        return False
    return _parse_repo_info(repo) == ("onnx", "models", "main")


def _get_base_url(repo: str, lfs: bool = False) -> str:
    """The address of the hub's manifest, with `lfs` that of its models. Programs may replace it."""
    if repo.startswith(_WEB_SPECS):
        return repo.rstrip("/") + "/"
    owner, name, ref = _parse_repo_info(repo)
    return f"{_MEDIA if lfs else _RAW}{owner}/{name}/{ref}/"


# Programs may replace the names above, but not these.
_default_parse = _parse_repo_info
_default_base_url = _get_base_url
_default_verify = _verify_repo_ref


class _Hub:
    """Options that select a hub, from the functions above, which programs replace."""

    def __init__(self, repo: str) -> None:
        if isinstance(repo, str) and not _is_argument(repo):
            raise AssertionError(f"{printable(repo[:60])}: is not a hub; write owner/name")
        self.selection = repo  # what --hub takes
        self.files: Optional[str] = None  # the address of its models, if a program has replaced it
        self.is_trusted = False  # the program and its configuration decide
        self.asks_always = False
        is_named = _is_other_spec(repo) or "/" not in repo
        if not is_named or _get_base_url is not _default_base_url:
            self._take_addresses(repo, is_named)
        if not is_named or _verify_repo_ref is not _default_verify:
            self._take_trust(repo, is_named)

    def _take_addresses(self, repo: str, is_named: bool) -> None:
        base, files = _get_base_url(repo), _get_base_url(repo, True)
        ending = "" if is_named else "/".join(_default_parse(repo)) + "/"
        if is_named or (base, files) != (_RAW + ending, _MEDIA + ending):
            self.selection, self.files = base, files

    def _take_trust(self, repo: str, is_named: bool) -> None:
        is_verified = bool(_verify_repo_ref(repo))
        is_official = not is_named and _default_parse(repo) == _default_parse(_OFFICIAL)
        self.is_trusted = is_verified and (self.files is not None or not is_official)
        self.asks_always = not is_verified and _verify_repo_ref is not _default_verify


def _is_argument(text: str) -> bool:
    """Whether the system can hand this text to a program."""
    return "\0" not in text and len(text) <= _LONGEST_ARGUMENT


def _option(name: str, value: str) -> bytes:
    """One argument, so that a value with a leading dash is not read as an option."""
    return _call.utf8(f"{name}={value}")


def _name(model: str) -> bytes:
    if not _is_argument(model):
        raise AssertionError(f"{printable(model[:60])}: is not the name of a model")
    return _call.utf8(model)


def _cache_option() -> bytes:
    return b"--cache=" + (os.fsencode(_ONNX_HUB_DIR) or b".")


def _warn(messages: _call.Messages) -> None:
    for text in messages.warnings:
        warnings.warn(text, stacklevel=_depth())
    messages.warnings.clear()


def _depth() -> int:
    """The number of frames up to the caller of this module, for warnings."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        depth, frame = depth + 1, frame.f_back
    return depth


def _run(arguments: Sequence[Argument], on_event: Optional[Callable[[_call.Event], None]] = None) -> bytes:
    messages = _call.Messages()
    try:
        return _call.run(arguments, messages, on_event)
    finally:
        _warn(messages)


def _listed(repo: str, name: Optional[str]) -> Tuple[List[ModelInfo], str]:
    """The models of a hub, or those of this name; and if there are none, the reason."""
    command: List[Argument] = ["list", "--format=json", _option("--hub", _Hub(repo).selection), _cache_option()]
    # The program compares without case in ASCII. All other names are compared here.
    if isinstance(name, str) and name.isascii() and name and _is_argument(name):
        command += ["--", _call.utf8(name)]
    try:
        return _models(_run(command)), ""
    except _call.Failure as failure:
        if failure.problem == "model":
            return [], failure.message
        raise_as_onnx(failure, repo)
    except Malformed as error:
        raise _call.unusable(error) from None


def _models(text: bytes) -> List[ModelInfo]:
    """The models that `onnxhub list` printed. Raises Malformed."""
    entries = _call.read_json(text)
    if not isinstance(entries, list):
        raise Malformed("it has not printed a list of models")
    for number, entry in enumerate(entries, 1):
        if not _is_entry(entry):
            raise Malformed(f"model {number} of its list is not an entry of a manifest")
    return [ModelInfo(entry) for entry in entries]


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("metadata"), dict):
        return False
    tags = entry["metadata"].get("tags", [])
    are_texts = all(isinstance(entry.get(key), str) for key in ("model", "model_path"))
    return (
        are_texts
        and type(entry.get("opset_version")) is int
        and isinstance(tags, list)
        and all(isinstance(tag, str) for tag in tags)
    )


def _matching(models: List[ModelInfo], model: Optional[str]) -> List[ModelInfo]:
    if model is None:
        return models
    wanted = model.lower()
    return [info for info in models if info.model.lower() == wanted]


def list_models(
    repo: str = _OFFICIAL, model: Optional[str] = None, tags: Optional[List[str]] = None
) -> List[ModelInfo]:
    """Lists the models of a hub in the order of its manifest.

    Args:
        repo: the hub: "owner/name[:ref]", "https://…", "hf://ORG", "./folder" or a name of your configuration
        model: only models of this name, compared without case
        tags: only models with one of these tags, compared without case; an empty list matches nothing
    """
    models = _matching(_listed(repo, model)[0], model)
    if tags is None:
        return models
    wanted = {tag.lower() for tag in tags}
    return [info for info in models if wanted & {tag.lower() for tag in info.tags}]


def get_model_info(model: str, repo: str = _OFFICIAL, opset: Optional[int] = None) -> ModelInfo:
    """Returns the model of this name with this opset; None: the largest.

    Raises AssertionError, which lists similar names or the opsets that exist. If several models have the name and
    opset, warns and returns the first.
    """
    listed, reason = _listed(repo, model)
    versions = _matching(listed, model)
    if not versions:
        raise AssertionError(reason or f"No models found with name {printable(str(model)[:1000])}")
    wanted = max(info.opset for info in versions) if opset is None else opset
    fitting = [info for info in versions if info.opset == wanted]
    if not fitting:
        opsets = [info.opset for info in versions]
        raise AssertionError(f"{model} has no version with opset {opset}. Valid opsets: {opsets}")
    if len(fitting) > 1 and model is not None:
        warnings.warn(
            f'"{model}" with opset {wanted} names {len(fitting)} models: '
            f"{', '.join(info.model_path for info in fitting)}; using the first",
            stacklevel=_depth(),
        )
    return fitting[0]


def _selection(model: str, repo: str, opset: Optional[int]) -> Tuple[str, List[Argument]]:
    """The name, and options for the version, as the program takes them."""
    number: Optional[int] = None
    is_plain = isinstance(model, str) and _is_argument(model)
    if opset is not None:
        try:
            number = operator.index(opset)
        except TypeError:
            is_plain = False
        is_plain = is_plain and number is not None and abs(number) < 1 << 63
    if not is_plain:  # compared as Python compares
        info = get_model_info(model, repo, opset)
        model, number = info.model, info.opset
    return model, [] if number is None else [f"--opset={number}"]


_question = threading.Lock()


def _ask(question: str) -> bool:
    """Asks on standard output, as onnx.hub does. Programs may replace input()."""
    with _question:
        say(question, sys.stderr)
        print("Continue?[y/n]")
        return input().lower() == "y"


def _load(
    command: List[Argument],
    shown: str,
    repo: str,
    question: str,
    silent: bool,
    trust: bool,
    asks_always: bool = False,
) -> Optional[str]:
    """Runs `onnxhub load` and returns the path; None: the user does not trust the hub."""
    extra: List[Argument] = ["--trust"] if trust else ["--ask"] if asks_always else []
    while True:
        loading = Loading(shown, _ONNX_HUB_DIR, silent)
        try:
            _run([command[0], *extra, *command[1:]], loading)
            return loading.result()
        except _call.Failure as failure:
            if failure.problem == "ambiguous" and "--first" not in extra:
                warnings.warn(f"{failure.message}; using the first", stacklevel=_depth())
                extra = ["--first", *extra]
            elif failure.problem == "untrusted" and "--trust" not in extra:
                if silent:
                    raise AssertionError(
                        f"{failure.message} (trust=True in Python). silent=True does not mean that you trust the hub"
                    ) from None
                if not _ask(question or failure.message):
                    return None
                extra = [option for option in extra if option != "--ask"] + ["--trust"]
            else:
                raise_as_onnx(failure, repo)
        finally:
            loading.end()


def _load_from(
    model: str,
    repo: str,
    opset: Optional[int],
    force_reload: bool,
    silent: bool,
    trust: bool,
    options: Sequence[Argument] = (),
) -> Optional[str]:
    name, version = _selection(model, repo, opset)
    hub = _Hub(repo)
    command: List[Argument] = ["load", "--json", _option("--hub", hub.selection), *version, *options]
    command.append(_cache_option())
    if hub.files is not None:
        command.append(_option("--files", hub.files))
    if force_reload:
        command.append("--force-reload")
    question = (
        f"The model repo specification {repo} is not trusted and may contain security vulnerabilities. "
        "Only continue if you trust this repo."
    )
    command += ["--", _call.utf8(name)]
    return _load(command, model, repo, question, silent, trust or hub.is_trusted, hub.asks_always)


def _onnx(function: str) -> Any:
    """The package `onnx`, before anything is downloaded."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            f"hub.{function}() returns an onnx.ModelProto and needs the package onnx ({error}); "
            "hub.path() needs no package"
        ) from None
    return onnx


def load(
    model: str,
    repo: str = _OFFICIAL,
    opset: Optional[int] = None,
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> "Optional[ModelProto]":
    """Downloads a model, or takes it from the cache, verifies it, and returns it with its external data.

    Args:
        model: its name, compared without case
        repo: the hub, as for list_models()
        opset: None: the largest
        force_reload: downloads even if the model is cached
        silent: prints nothing, and asks nothing: a download from an untrusted hub is an AssertionError
        trust: downloads from this hub without asking

    Returns None if the user answers that the hub is not to be trusted.
    """
    onnx = _onnx("load")
    file = _load_from(model, repo, opset, force_reload, silent, trust)
    return None if file is None else onnx.load(file)


def path(
    model: str,
    repo: str = _OFFICIAL,
    opset: Optional[int] = None,
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> Optional[str]:
    """The same as load(), but returns the path of the verified file in the cache. Needs no other package.

    External data is next to the file, where the model expects it.
    """
    return _load_from(model, repo, opset, force_reload, silent, trust)


def session(
    model: str,
    repo: str = _OFFICIAL,
    opset: Optional[int] = None,
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
    **options: Any,
) -> Any:
    """The same as load(), but returns an `onnxruntime.InferenceSession`.

    Further arguments go to InferenceSession: `providers=["CPUExecutionProvider"]`, `sess_options=…`.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f"hub.session() needs the package onnxruntime ({error}); install it, or use hub.path()"
        ) from None
    file = _load_from(model, repo, opset, force_reload, silent, trust)
    return None if file is None else onnxruntime.InferenceSession(file, **options)


def download_model_with_test_data(
    model: str,
    repo: str = _OFFICIAL,
    opset: Optional[int] = None,
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> Optional[str]:
    """Downloads a model with test data and returns the directory with `model.onnx`, `test_data_set_0` and so on.

    The archive is verified, and unpacked completely or not at all. Raises KeyError if the model has no test data.
    """
    return _load_from(model, repo, opset, force_reload, silent, trust, ["--with-test-data"])


def load_composite_model(
    network_model: str,
    preprocessing_model: str,
    network_repo: str = _OFFICIAL,
    preprocessing_repo: str = _OFFICIAL,
    opset: Optional[int] = None,
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> "Optional[ModelProto]":
    """Loads a network and its preprocessing, and connects them into one model.

    Raises RuntimeError if the user does not trust a hub, and ValueError if the models can't be combined.
    """
    onnx = _onnx("load_composite_model")
    for model, repo, what in (
        (preprocessing_model, preprocessing_repo, "preprocessing"),
        (network_model, network_repo, "network"),
    ):
        if _load_from(model, repo, opset, force_reload, silent, trust) is None:
            raise RuntimeError(f"Could not load the {what} model: {model}")
    with tempfile.TemporaryDirectory(prefix="onnxhub-") as folder:
        output = join(folder, "model.onnx")
        _compose(network_model, preprocessing_model, network_repo, preprocessing_repo, opset, output)
        try:
            return onnx.load(output)
        except Exception as error:
            raise _call.unusable(Malformed(f"it has not written the combined model ({error})")) from None


def _compose(
    network: str, preprocessing: str, network_repo: str, preprocessing_repo: str, opset: Optional[int], output: str
) -> None:
    """Both models are in the cache now, so nothing is downloaded and nothing is asked."""
    name, version = _selection(network, network_repo, opset)
    other_name, _ = _selection(preprocessing, preprocessing_repo, opset)
    command: List[Argument] = [
        "load-composite",
        "--first",
        _option("--hub", _Hub(network_repo).selection),
        _option("--preprocessing-hub", _Hub(preprocessing_repo).selection),
        *version,
        _cache_option(),
        b"--output=" + os.fsencode(output),
        "--",
        _call.utf8(name),
        _call.utf8(other_name),
    ]
    try:
        _run(command)
    except _call.Failure as failure:
        raise_as_onnx(failure, network_repo)


def search(text: str, repo: str = _OFFICIAL) -> List[ModelInfo]:
    """Lists models whose name, path, tags, task or description contain each word of `text`, without case."""
    words = text.lower().split()

    def shown(info: ModelInfo) -> str:
        stated = [str(info.metadata[key]) for key in ("task", "description") if key in info.metadata]
        return "\n".join([info.model, info.model_path, *sorted(info.tags), *stated]).lower()

    return [info for info in list_models(repo) if all(word in shown(info) for word in words)]


def lock(
    *models: str,
    repo: Optional[str] = None,
    opset: Optional[int] = None,
    lock_file: Union[str, "os.PathLike[str]"] = "onnxhub.lock",
    update: bool = False,
    with_test_data: bool = False,
) -> None:
    """Records the current versions of models in a lock file: hub, commit, paths and SHA-256. Downloads no model.

    Args:
        models: names to add, or to update if the file has them
        repo: the hub; None: the one of the lock file, else the official one
        opset: None: the largest
        lock_file: the file; it is created if it does not exist
        update: updates all models of the file
        with_test_data: locks the archives with models and test data
    """
    command: List[Argument] = ["lock", b"--output=" + os.fsencode(lock_file), _cache_option(), "--first"]
    if repo is not None:
        hub = _Hub(repo)
        command.append(_option("--hub", hub.selection))
        if hub.files is not None:
            command.append(_option("--mirror", hub.files))
    if opset is not None:
        command.append(f"--opset={operator.index(opset)}")
    command += ["--update"] if update else []
    command += ["--with-test-data"] if with_test_data else []
    command += ["--", *(_name(model) for model in models)]
    try:
        _run(command)
    except _call.Failure as failure:
        raise_as_onnx(failure, repo or _OFFICIAL)


def locked_path(
    model: str,
    lock_file: Union[str, "os.PathLike[str]"] = "onnxhub.lock",
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> Optional[str]:
    """The same as path(), for exactly the version in the lock file."""
    command: List[Argument] = ["load", "--json", "--locked", b"--lock-file=" + os.fsencode(lock_file)]
    command += [_cache_option(), *(["--force-reload"] if force_reload else []), "--", _name(model)]
    return _load(command, model, _OFFICIAL, "", silent, trust)


def load_locked(
    model: str,
    lock_file: Union[str, "os.PathLike[str]"] = "onnxhub.lock",
    force_reload: bool = False,
    silent: bool = False,
    *,
    trust: bool = False,
) -> "Optional[ModelProto]":
    """The same as load(), for exactly the version in the lock file.

    Raises AssertionError if the hub has replaced it.
    """
    onnx = _onnx("load_locked")
    file = locked_path(model, lock_file, force_reload, silent, trust=trust)
    return None if file is None else onnx.load(file)


def install() -> None:
    """Makes this module `onnx.hub`, so that unchanged programs run: `from onnx import hub`."""
    import onnx

    module = sys.modules[__name__]
    sys.modules["onnx.hub"] = module
    setattr(onnx, "hub", module)
