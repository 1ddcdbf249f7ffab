# SPDX-License-Identifier: Apache-2.0
"""Fails when a file uses a name whose header it does not include, or has a `using` that it does not need.

The units of a unity build contain eight sources each, so a compiler does not notice a missing include there: the
source before has it. This check reads the text instead. A file has what its own includes contain, and what the
project's headers among them include in turn.

    check_names.py ROOT
"""

import pathlib
import re
import sys

SKIPPED_FOLDERS = {"build", ".git"}
# A check that finds nothing to read has not passed.
LEAST_FILES = 1000
LEAST_TYPES = 300

# Names of the standard library and of C, with the headers that may provide them. Names that come with every header
# for strings or containers, such as std::size_t and std::move, are not worth a line.
STANDARD = {
    "algorithm": "std::(all_of|any_of|none_of|binary_search|copy_if|count|count_if|equal_range|fill|find|find_if|"
    "find_if_not|for_each|lower_bound|max_element|min_element|mismatch|partition|partition_point|remove|remove_if|"
    "replace|reverse|rotate|search|set_difference|set_intersection|shuffle|sort|stable_sort|transform|unique|"
    "upper_bound|clamp)\\b",
    "array": "std::(array|to_array)\\b",
    "atomic": "std::(atomic|atomic_flag|memory_order\\w*)\\b",
    "bit": "std::(bit_cast|bit_ceil|bit_floor|bit_width|countl_zero|countr_zero|endian|has_single_bit|popcount)\\b",
    "bitset": "std::bitset\\b",
    "cassert": "(?<![\\w.])assert\\(",
    "cerrno": "\\berrno\\b",
    "charconv": "std::(from_chars|to_chars)\\b",
    "chrono": "std::chrono\\b",
    "cmath": "std::(abs|ceil|floor|fabs|isfinite|isinf|isnan|ldexp|log|log2|pow|round|sqrt|trunc|frexp|signbit)\\b",
    "compare": "std::(strong_ordering|weak_ordering|partial_ordering)\\b",
    "condition_variable": "std::condition_variable\\b",
    "cstdint": "std::u?int(8|16|32|64|ptr)_t\\b",
    "cstdio": "std::(fopen|fclose|fread|fwrite|fputs|fflush|remove|rename|snprintf|FILE)\\(",
    "cstdlib": "std::(getenv|exit|abort|strtol|strtoull|strtod|quick_exit|_Exit)\\b",
    "cstring": "std::(memcpy|memcmp|memchr|memmove|memset|strcmp|strerror|strlen)\\b",
    "deque": "std::deque\\b",
    "exception": "std::(current_exception|exception_ptr|rethrow_exception|terminate|uncaught_exceptions)\\b",
    "filesystem": "std::filesystem\\b",
    "forward_list": "std::forward_list\\b",
    "fstream": "std::(ifstream|ofstream|fstream)\\b",
    "functional": "std::(function|greater|hash|reference_wrapper|ref|cref|bind_front|not_fn)\\b",
    "future": "std::(async|future|promise|packaged_task)\\b",
    "initializer_list": "std::initializer_list\\b",
    "iomanip": "std::(setw|setfill|setprecision)\\b",
    "iostream": "std::(cout|cerr|cin|clog)\\b",
    "iterator": "std::(back_inserter|inserter|make_move_iterator|istreambuf_iterator|ostream_iterator|ssize)\\b",
    "limits": "std::numeric_limits\\b",
    "list": "std::list\\b",
    "map": "std::(map|multimap)\\b",
    "memory": "std::(make_shared|make_unique|shared_ptr|unique_ptr|weak_ptr|enable_shared_from_this|addressof)\\b",
    "mutex": "std::(mutex|recursive_mutex|lock_guard|unique_lock|scoped_lock|once_flag|call_once)\\b",
    "numeric": "std::(accumulate|gcd|iota|reduce|partial_sum)\\b",
    "optional": "std::(optional|nullopt|make_optional|nullopt_t)\\b",
    "queue": "std::(queue|priority_queue)\\b",
    "random": "std::(mt19937|mt19937_64|uniform_int_distribution|random_device|minstd_rand)\\b",
    "regex": "std::(regex|smatch|cmatch|sregex_iterator)\\b",
    "set": "std::(set|multiset)\\b",
    "span": "std::(span|as_bytes|dynamic_extent)\\b",
    "sstream": "std::(istringstream|ostringstream|stringstream)\\b",
    "stdexcept": "std::(runtime_error|logic_error|invalid_argument|out_of_range|length_error)\\b",
    "string": "std::(string|to_string|getline|stoi|stoul|stoull|u8string|char_traits)\\b",
    "string_view": "std::string_view\\b",
    "system_error": "std::(error_code|errc|system_error|generic_category|system_category)\\b",
    "thread": "std::(thread|jthread|this_thread)\\b",
    "tuple": "std::(tuple|tie|make_tuple|forward_as_tuple|apply)\\b",
    "typeinfo": "std::(type_info|bad_cast)\\b",
    "unordered_map": "std::unordered_(map|multimap)\\b",
    "unordered_set": "std::unordered_(set|multiset)\\b",
    "utility": "std::(pair|make_pair|exchange|integer_sequence|index_sequence|in_place|piecewise_construct)\\b",
    "variant": "std::(variant|get_if|holds_alternative|visit|monostate)\\b",
    "vector": "std::vector\\b",
}
# Headers that the standard or every implementation has in others.
CONTAINED = {
    "algorithm": ["utility"],
    "string": ["string_view", "initializer_list", "compare"],
    "vector": ["initializer_list"],
    "charconv": ["system_error"],
    "map": ["utility", "initializer_list"],
    "set": ["initializer_list"],
    "unordered_map": ["utility", "initializer_list"],
    "tuple": ["utility"],
    "filesystem": ["string", "system_error", "chrono"],
    "fstream": ["string"],
    "sstream": ["string"],
    "iostream": ["string"],
    "stdexcept": ["string"],
    "system_error": ["stdexcept"],
    "regex": ["string"],
    "condition_variable": ["mutex", "chrono"],
    "thread": ["chrono"],
    "mutex": ["chrono"],
    "future": ["thread", "exception"],
    "optional": ["utility"],
    "gtest/gtest.h": ["string", "vector", "memory"],
    "gmock/gmock.h": ["gtest/gtest.h", "string", "vector", "memory", "functional", "algorithm"],
}
# Names of other libraries, with what the path of a header that provides them begins with.
LIBRARIES = {
    r"\bfmt::": ("fmt/",),
    r"\bnlohmann::": ("nlohmann/",),
    r"\bgit_(?:repository|oid|odb|tree|commit|blob|reference|revwalk|config|index|error)_\w+\(": ("git2",),
    r"\b(?:EVP|X509|BIO|PEM|ASN1|RAND|ERR)_\w+\(": ("openssl/",),
    r"\bcurl_\w+\(": ("curl/",),
    r"\bMHD_\w+\(": ("microhttpd",),
    r"\barchive_(?:read|write|entry)_\w+\(": ("archive",),
    r"\bCLI::": ("CLI/",),
    r"\bre2::|\bRE2\b": ("re2/",),
    r"\btoml::": ("toml",),
    r"\bvalijson::": ("valijson/",),
    r"\bYAML::|\byaml_\w+\(": ("yaml",),
    r"^\s*(?:TEST|TEST_F|TEST_P)\(|\bEXPECT_\w+\(|\bASSERT_\w+\(": ("gtest/", "gmock/"),
    r"\b(?:EXPECT|ASSERT)_THAT\(": ("gmock/",),
}

COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
LITERALS = re.compile(r'R"(\w*)\((.*?)\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]', re.M)
TYPE = re.compile(r"^(?:struct|class|enum class) (\w+)[^;(]*$|^using (\w+) =", re.M)
DECLARATION = re.compile(r"\b(?:struct|enum class|enum|class|using|typename|namespace) (\w+)\b")
USING = re.compile(r"^[ \t]*using ((?:::)?\w+(?:::\w+)+);", re.M)
TEST_SUITE = re.compile(r"\bTEST\(\w+")


def blanked(match):
    """Keeps the lines of what it removes, so that the numbers of lines stay."""
    return '""' + "\n" * match.group(0).count("\n")


class Source:
    def __init__(self, root, path):
        self.path = path
        text = (root / path).read_text(encoding="utf-8")
        self.includes = [(match.group(1) == '"', match.group(2)) for match in INCLUDE.finditer(text)]
        # Both at once: a literal may contain slashes, a comment quotes.
        text = re.sub(LITERALS.pattern + "|" + COMMENTS.pattern, blanked, text, flags=re.S)
        self.code = TEST_SUITE.sub("TEST(", re.sub(r"^#include .*", "", text, flags=re.M))
        self.declared = set(DECLARATION.findall(self.code))

    def line_of(self, position):
        return self.code.count("\n", 0, position) + 1


def sources_below(root):
    files = {}
    for folder in sorted(entry for entry in root.iterdir() if entry.is_dir() and entry.name not in SKIPPED_FOLDERS):
        for path in sorted([*folder.rglob("*.h"), *folder.rglob("*.cpp")]):
            relative = path.relative_to(root).as_posix()
            files[relative] = Source(root, relative)
    return files


class Reach:
    """What a file has by its includes, followed through the project's headers."""

    def __init__(self, files):
        self.files = files
        self.known = {}

    def of(self, path):
        if path in self.known:
            return self.known[path]
        self.known[path] = reached = {path}
        for is_project, name in self.files[path].includes:
            target = name if name in self.files else f"tests/{name}" if f"tests/{name}" in self.files else None
            if is_project and target:
                reached |= self.of(target)
            reached.add(name)
            reached.update(contained_in(name))
        return reached


def contained_in(name):
    found = []
    for inner in CONTAINED.get(name, []):
        found += [inner, *contained_in(inner)]
    return found


def headers_of_types(files):
    """The header that declares each type of the project."""
    found = {}
    for path, source in files.items():
        if not path.endswith(".h"):
            continue
        for match in TYPE.finditer(source.code):
            found.setdefault(match.group(1) or match.group(2), set()).add(path)
    return found


def unused_usings(source):
    for match in USING.finditer(source.code):
        scope, name = match.group(1).rsplit("::", 1)
        if scope.rsplit("::", 1)[-1] == name:
            continue  # the constructors of a base class
        rest = source.code[: match.start()] + source.code[match.end() :]
        if not re.search(rf"(?<![\w:.]){name}\b", rest):
            yield match.start(), f"'using {match.group(1)}' is not needed; remove it"


def missing_standard(source, reached):
    for header, pattern in STANDARD.items():
        if header in reached:
            continue
        match = re.search(pattern, source.code)
        if match:
            yield match.start(), f"'{match.group(0).rstrip('(')}' needs #include <{header}>"


def missing_libraries(source, reached, declared):
    for pattern, prefixes in LIBRARIES.items():
        match = re.search(pattern, source.code, re.M)
        # A header may name a class of a library that it only declares.
        is_declared = match and match.group(0).removesuffix("::") in declared
        if match and not is_declared and not any(name.startswith(prefixes) for name in reached):
            yield match.start(), f"'{match.group(0).strip()}' needs a header of <{prefixes[0]}...>"


def missing_types(source, headers, declared):
    for name in sorted(set(re.findall(r"(?<![\w.>])[A-Z]\w*[a-z]\w*", source.code)) & headers.keys() - declared):
        match = re.search(rf"(?<![\w.>:]){name}\b", source.code)
        if match:
            yield match.start(), f"'{name}' needs #include \"{sorted(headers[name])[0]}\""


def problems_below(root):
    """Yields each problem as "FILE:LINE: what is wrong; what to do"."""
    files = sources_below(root)
    reach = Reach(files)
    headers = headers_of_types(files)
    for path, source in files.items():
        reached = reach.of(path)
        declared = set().union(*(files[name].declared for name in reached if name in files))
        for position, problem in [
            *unused_usings(source),
            *missing_standard(source, reached),
            *missing_libraries(source, reached, declared),
            *missing_types(source, headers, declared),
        ]:
            yield f"{path}:{source.line_of(position)}: {problem}"
    if len(files) < LEAST_FILES or len(headers) < LEAST_TYPES:
        yield f"only {len(files)} files with {len(headers)} types were found"


if __name__ == "__main__":
    found = list(problems_below(pathlib.Path(sys.argv[1])))
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)
