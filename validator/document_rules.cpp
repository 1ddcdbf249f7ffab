// SPDX-License-Identifier: Apache-2.0
#include "validator/document_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "base/spelling.h"
#include "manifest/entry_name.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_repair.h"
#include "manifest/rule_ids.h"
#include "validator/manifest_schema.h"

namespace onnxhub {
namespace {

constexpr RuleInfo manifest_missing{
    .id = rule_id::manifest_missing,
    .severity = Severity::error,
    .family = "document",
    .what = "The hub has tables of models, but no `ONNX_HUB_MANIFEST.json`.",
    .why = "Clients read only the manifest. Without it the hub has no models.",
    .example =
        "The pull request adds `vision/mnist` to `README.md` but does not commit a manifest.",
    .fix = "Run `onnxhub generate`, or `onnxhub validate --fix`, and commit the file.",
    .is_fixable = true,
};

constexpr RuleInfo json_syntax{
    .id = rule_id::json_syntax,
    .severity = Severity::error,
    .family = "document",
    .what =
        "The manifest is not a JSON array of objects. It breaks the JSON grammar (RFC 8259), is "
        "nested deeper than 128 levels, or is not UTF-8. Comments, `NaN` and trailing commas are "
        "not JSON. The rule also reports manifests that are built to exhaust memory: more than "
        "250,000 values with fewer than 6 bytes each on average, or more than 20,000 entries with "
        "fewer than 64 bytes each.",
    .why = "Clients cannot read any entry.",
    .example = "`\"opset_version\": 13,}`: a comma behind the last member.",
    .fix =
        "Correct the line. Do not delete the file: this would lose the ports of models that are "
        "not downloaded.",
};

constexpr RuleInfo manifest_conflict{
    .id = rule_id::manifest_conflict,
    .severity = Severity::error,
    .family = "document",
    .what = "The manifest contains the conflict markers of a merge.",
    .why = "The file is not JSON, so clients cannot read any entry.",
    .example = "`<<<<<<< HEAD` above an entry",
    .fix =
        "Take one side with `git checkout --theirs -- ONNX_HUB_MANIFEST.json`, then run `onnxhub "
        "generate`: it takes ports and custom keys that this side lacks from the manifest of "
        "`HEAD`. `onnxhub merge-driver --install` prevents most conflicts: git merges entries "
        "instead of lines then. Do not delete the file: this would lose the ports of models that "
        "are not downloaded.",
};

constexpr RuleInfo manifest_schema{
    .id = rule_id::manifest_schema,
    .severity = Severity::error,
    .family = "document",
    .what =
        "An entry lacks a key, or a value has the wrong type or form. The JSON Schema is "
        "`templates/schema/onnx-hub-manifest.schema.json`.",
    .why = "Clients fail on the entry, or on the whole manifest.",
    .example = "`\"opset_version\": \"13\"` is a string, not an integer.",
    .fix = "Correct the entry, or run `onnxhub generate`.",
    .is_fixable = true,
};

constexpr RuleInfo negative_dimension{
    .id = rule_id::negative_dimension,
    .severity = Severity::warning,
    .family = "document",
    .what = "A shape in `io_ports` or `extra_ports` has a negative dimension.",
    .why =
        "A dimension is a number of elements. Programs that prepare data from the manifest fail, "
        "or treat the dimension as unknown.",
    .example = "`\"shape\": [-1, 3, 224, 224]`",
    .fix = "Write a name such as `\"N\"`, or `null`, for an unknown dimension.",
};

constexpr RuleInfo duplicate_key{
    .id = rule_id::duplicate_key,
    .severity = Severity::error,
    .family = "document",
    .what = "An object in the manifest has the same key twice.",
    .why =
        "Some readers use the first value and some the last, so clients disagree about the entry.",
    .example = "A merge left two `model_sha` keys in one `metadata` object.",
    .fix = "Remove one of the two keys.",
};

constexpr RuleInfo duplicate_entry{
    .id = rule_id::duplicate_entry,
    .severity = Severity::error,
    .family = "document",
    .what = "Two entries have the same model name, path and opset.",
    .why = "Clients load only one of them. Which one depends on the client.",
    .example = "A merge kept the entry of `mnist-12.onnx` from both sides.",
    .fix = "Remove one entry, or run `onnxhub validate --fix`, which keeps one entry for each row.",
    .is_fixable = true,
};

constexpr RuleInfo ambiguous_model{
    .id = rule_id::ambiguous_model,
    .severity = Severity::error,
    .family = "document",
    .what =
        "Two entries for different files have the same opset and the same model name. Names are "
        "compared without case.",
    .why = "Clients look up models by name and opset, and cannot choose between the two entries.",
    .example =
        "`ResNet50` with opset 12 at `resnet50-v1-12.onnx` and at `resnet50-v1-12-int8.onnx`.",
    .fix = "Rename one model in its table, for example to `ResNet50-int8`.",
};

constexpr RuleInfo unsafe_path{
    .id = rule_id::unsafe_path,
    .severity = Severity::error,
    .family = "document",
    .what =
        "A path in the manifest is absolute or a URL, or contains `..`, `.`, an empty segment, a "
        "backslash, a drive letter, a control character or a `.git` segment.",
    .why =
        "Clients append the path to their cache directory. An unsafe path leaves the cache, "
        "or to different places on different systems.",
    .example = "`\"model_path\": \"../../.bashrc\"`",
    .fix = "Write the path relative to the hub's top directory, with `/` as separator.",
    .is_fixable = true,
};

constexpr RuleInfo path_case_clash{
    .id = rule_id::path_case_clash,
    .severity = Severity::error,
    .family = "document",
    .what =
        "Two paths differ only in the case of ASCII letters. The rule compares the paths in the "
        "manifest, and the models, archives and READMEs in the repository.",
    .why =
        "On Windows and macOS both paths are the same file. A checkout or a client's cache loses "
        "one of them.",
    .example = "`vision/MNIST/model.onnx` and `vision/mnist/model.onnx`",
    .fix = "Rename one of the two with `git mv`.",
};

constexpr RuleInfo entry_order{
    .id = rule_id::entry_order,
    .severity = Severity::warning,
    .family = "document",
    .what = "The entries are not sorted by `model_path` (by code point).",
    .why = "The next `onnxhub generate` moves them, and the diff hides the real changes.",
    .example = "Someone appended an entry to the end of the file.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo manifest_format{
    .id = rule_id::manifest_format,
    .severity = Severity::warning,
    .family = "document",
    .what =
        "The manifest is not formatted as by Python's `json.dump(entries, f, indent=4)`, the "
        "canonical form.",
    .why = "The next `onnxhub generate` rewrites the lines, and the diff hides the real changes.",
    .example = "The file is indented by two spaces, or ends with a line break.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr std::array document_rule_list{manifest_missing, json_syntax,        manifest_conflict,
                                        manifest_schema,  negative_dimension, duplicate_key,
                                        duplicate_entry,  ambiguous_model,    unsafe_path,
                                        path_case_clash,  entry_order,        manifest_format};

/// Checks of one document; each method is one rule.
class DocumentChecker {
public:
    DocumentChecker(const HubState& hub, const ManifestDocument& document, unsigned jobs,
                    FindingList& findings)
        : hub_(hub), document_(document), jobs_(jobs), findings_(findings) {}

    void check() {
        check_entries();
        check_dimensions();
        check_duplicate_keys();
        check_duplicates();
        check_ambiguous();
        check_paths();
        check_order();
        check_format();
    }

private:
    const std::vector<ManifestEntry>& entries() const { return document_.entries; }

    Place place(const ManifestEntry& entry, std::string_view field = {}) const {
        return place_of(hub_, entry, field);
    }

    std::string line_hint(const ManifestEntry& other) const {
        return fmt::format("the other one is in {}", to_text(place(other)));
    }

    struct EntryCheck {
        std::vector<SchemaProblem> problems;
        bool is_canonical = true;  ///< written as json.dump() does, or a key is repeated
    };

    /// Works in blocks to limit memory: entries may have many problems, and most are only counted.
    void check_entries() {
        const ManifestSchema schema;
        constexpr std::size_t block_size = 1024;
        std::vector<EntryCheck> checks;
        for (std::size_t begin = 0; begin < entries().size(); begin += block_size) {
            checks.clear();
            checks.resize(std::min(block_size, entries().size() - begin));
            for_each_index(checks.size(), jobs_, [&](std::size_t i) {
                checks[i] = check_entry(schema, entries()[begin + i]);
            });
            for (std::size_t i = 0; i < checks.size(); ++i) {
                report_schema(entries()[begin + i], std::move(checks[i].problems));
                if (!checks[i].is_canonical) uncanonical_.push_back(begin + i);
            }
        }
    }

    /// The values of most entries need not be read again, since their text is what their typed
    /// view would be written as.
    EntryCheck check_entry(const ManifestSchema& schema, const ManifestEntry& entry) const {
        if (entry.entry) {
            std::string text;
            append_entry_text(*entry.entry, text);
            if (entry.text == text && schema.check(to_json(*entry.entry)).empty()) return {};
        }
        const JsonValue json = entry.json();
        return {schema.check(json), has_duplicate_key(entry) || entry.text == entry_text(json)};
    }

    static bool has_negative_dimension(const Shape& shape) {
        return std::ranges::any_of(shape, [](const Dimension& dimension) {
            const auto* size = std::get_if<std::int64_t>(&dimension);
            return size && *size < 0;
        });
    }

    static bool has_negative_dimension(const Entry& entry) {
        const auto in_any = [](const auto& ports) {
            return std::ranges::any_of(
                ports, [](const auto& port) { return has_negative_dimension(port.shape); });
        };
        return (entry.io_ports &&
                (in_any(entry.io_ports->inputs) || in_any(entry.io_ports->outputs))) ||
               (entry.extra_ports && in_any(*entry.extra_ports));
    }

    void check_dimensions() {
        for (const ManifestEntry& entry : entries()) {
            if (!entry.entry || !has_negative_dimension(*entry.entry)) continue;
            const auto values = hub_.values.of(entry);
            const JsonValue* metadata = values->find("metadata");
            if (const JsonValue* ports = metadata->find("io_ports")) {
                check_ports(entry, ports->find("inputs"), "inputs");
                check_ports(entry, ports->find("outputs"), "outputs");
            }
            if (const JsonValue* ports = metadata->find("extra_ports")) {
                check_ports(entry, ports->find("features"), "features");
            }
        }
    }

    /// One finding per port: its other dimensions are probably wrong in the same way.
    void check_ports(const ManifestEntry& entry, const JsonValue* list, const char* name) {
        if (!list) return;
        const JsonArray& ports = *list->array();
        for (std::size_t i = 0; i < ports.size(); ++i) {
            const JsonArray& shape = *ports[i].find("shape")->array();
            const auto found = std::ranges::find_if(shape, [](const JsonValue& dimension) {
                return dimension.integer().value_or(0) < 0;
            });
            if (found == shape.end()) continue;
            findings_.report(negative_dimension,
                             {hub_.manifest.file, found->line, fmt::format("{}[{}]", name, i)},
                             fmt::format("{}[{}] of {} has a dimension of {}", name, i,
                                         entry.entry->model_path, *found->integer()),
                             "write a name or null for an unknown dimension", subject_of(entry));
        }
    }

    void report_schema(const ManifestEntry& entry, std::vector<SchemaProblem> problems) {
        // The schema cannot express all problems, for example numbers that are too large.
        if (problems.empty() && entry.problem) {
            problems.push_back({entry.problem->line, "", entry.problem->message});
        }
        for (SchemaProblem& problem : problems) {
            findings_.report(manifest_schema,
                             {hub_.manifest.file, problem.line, std::move(problem.field)},
                             std::move(problem.message), "correct it, or run `onnxhub generate`",
                             subject_of(entry));
        }
    }

    void check_duplicate_keys() {
        for (const DuplicateKey& duplicate : document_.duplicate_keys) {
            findings_.report(duplicate_key, {hub_.manifest.file, duplicate.line},
                             fmt::format("the key \"{}\" occurs twice", duplicate.key),
                             "remove one of the two");
        }
    }

    void check_duplicates() {
        std::map<EntryName, const ManifestEntry*> first;
        for (const ManifestEntry& entry : entries()) {
            if (!entry.entry) continue;
            const EntryName name = name_of(entry);
            const auto [found, is_new] = first.try_emplace(name, &entry);
            if (is_new) continue;
            findings_.report(duplicate_entry, place(entry), to_text(name) + " is listed twice",
                             "remove one of the two; " + line_hint(*found->second),
                             subject_of(entry));
        }
    }

    void check_ambiguous() {
        std::map<std::pair<std::string, std::int64_t>, const ManifestEntry*> first;
        for (const ManifestEntry& entry : entries()) {
            if (!entry.entry) continue;
            const auto [found, is_new] = first.try_emplace(
                {lower_case(entry.entry->model), entry.entry->opset_version}, &entry);
            const ManifestEntry& other = *found->second;
            if (is_new || other.entry->model_path == entry.entry->model_path) continue;
            findings_.report(
                ambiguous_model, place(entry, "model"),
                fmt::format("\"{}\" with opset {} is also the name of {}", entry.entry->model,
                            entry.entry->opset_version, other.entry->model_path),
                "rename one of them in its table; " + line_hint(other), subject_of(entry));
        }
    }

    void check_path(const ManifestEntry& entry, const std::string& path, std::string_view field,
                    int line = 0) {
        const auto checked = check_hub_path(path);
        const auto* unsafe = std::get_if<UnsafePath>(&checked);
        if (!unsafe) {
            note_path(entry, path, field, line);
            return;
        }
        Place where = place(entry, field);
        if (line > 0) where.line = line;
        findings_.report(unsafe_path, where,
                         fmt::format("{} \"{}\" is unsafe: it {}", field, path, unsafe->reason),
                         "write the path relative to the hub's top directory", subject_of(entry));
    }

    /// Compares paths of entries; check_file_names() compares paths of files.
    void note_path(const ManifestEntry& entry, const std::string& path, std::string_view field,
                   int line) {
        const auto [found, is_new] = paths_.try_emplace(lower_case(path), path);
        if (is_new || found->second == path) return;
        Place where = place(entry, field);
        if (line > 0) where.line = line;
        findings_.report(
            path_case_clash, where,
            fmt::format("\"{}\" differs from \"{}\" in case only", path, found->second),
            "rename one of the two files", subject_of(entry));
    }

    void check_paths() {
        for (const ManifestEntry& present : entries()) {
            if (!present.entry) continue;
            const Entry& entry = *present.entry;
            check_path(present, entry.model_path, "model_path");
            if (entry.archive_path) {
                check_path(present, *entry.archive_path, "metadata.model_with_data_path");
            }
            for (const ExternalDataFile& file : entry.external_data) {
                check_path(present, file.path, "metadata.external_data");
            }
        }
    }

    void check_order() {
        const std::string* last = nullptr;
        for (const ManifestEntry& entry : entries()) {
            if (!entry.entry) continue;
            const std::string& path = entry.entry->model_path;
            if (last && path < *last) {
                findings_.report(
                    entry_order, place(entry),
                    fmt::format("the entry of {} comes after the entry of {}", path, *last),
                    "run `onnxhub validate --fix`, which sorts entries by model_path");
                return;  // one finding is enough: --fix sorts all entries
            }
            last = &path;
        }
    }

    bool has_duplicate_key(const ManifestEntry& entry) const {
        const int first = entry.line;
        const int last = first + static_cast<int>(std::ranges::count(entry.text.view(), '\n'));
        // Sorted by line.
        const auto found =
            std::ranges::lower_bound(document_.duplicate_keys, first, {}, &DuplicateKey::line);
        return found != document_.duplicate_keys.end() && found->line <= last;
    }

    void report_format(int line, std::string message) {
        findings_.report(manifest_format, {hub_.manifest.file, line}, std::move(message),
                         "run `onnxhub validate --fix`, which changes only the format");
    }

    void check_format() {
        if (uncanonical_.empty()) return check_gaps();
        const std::size_t count = uncanonical_.size();
        report_format(
            entries()[uncanonical_.front()].line,
            fmt::format("{} not formatted as by json.dump(…, indent=4)",
                        count == 1 ? "an entry is" : fmt::format("{} entries are", count)));
    }

    /// Checks the text between the entries.
    void check_gaps() {
        const std::string& text = *hub_.manifest.text;
        if (entries().empty()) {
            if (text != "[]") report_format(1, "an empty manifest must be []");
            return;
        }
        std::size_t end = 0;
        for (std::size_t i = 0; i < entries().size(); ++i) {
            const ManifestEntry& entry = entries()[i];
            const std::string_view expected = i == 0 ? "[\n    " : ",\n    ";
            if (std::string_view(text).substr(end, entry.text.offset() - end) != expected) {
                report_format(entry.line, "the space before this entry is not canonical");
                return;
            }
            end = entry.text.end();
        }
        if (text.substr(end) != "\n]") {
            const auto last = text.begin() + static_cast<std::ptrdiff_t>(end);
            const auto line = 2 + std::count(text.begin(), last, '\n');
            report_format(static_cast<int>(line),
                          "the file must end with \"]\" without a line break");
        }
    }

    const HubState& hub_;
    const ManifestDocument& document_;
    const unsigned jobs_;
    FindingList& findings_;
    std::unordered_map<std::string, std::string> paths_;
    std::vector<std::size_t> uncanonical_;  ///< entries in another format, in their order
};

/// Files that tables and manifests name. Other files may clash.
bool is_hub_file(std::string_view path) {
    constexpr std::array suffixes{".onnx", ".tar.gz", "README.md"};
    return std::ranges::any_of(suffixes, [&](std::string_view suffix) {
        return lower_case(path).ends_with(lower_case(suffix));
    });
}

void check_file_names(const HubState& hub, FindingList& findings) {
    std::unordered_map<std::string, const std::string*> first;
    for (const std::string& path : hub.files) {
        if (!is_hub_file(path)) continue;
        const auto [found, is_new] = first.try_emplace(lower_case(path), &path);
        if (is_new) continue;
        findings.report(path_case_clash, {path, 0},
                        fmt::format("differs from {} in case only", *found->second),
                        "rename one of the two with `git mv`", {path, ""});
    }
}

}  // namespace

std::span<const RuleInfo> document_rules() {
    return document_rule_list;
}

void check_document(const HubState& hub, unsigned jobs, FindingList& findings) {
    check_file_names(hub, findings);
    if (!hub.parsed) {
        if (!hub.hub.models.empty()) {
            findings.report(manifest_missing, {hub.manifest.file, 0},
                            fmt::format("the manifest is missing, and the tables list {} models",
                                        hub.hub.models.size()),
                            "run `onnxhub generate` and commit the file");
        }
        return;
    }
    if (const auto* error = std::get_if<JsonSyntaxError>(&*hub.parsed)) {
        const bool is_conflict = is_at_conflict_marker(*hub.manifest.text, *error);
        findings.report(is_conflict ? manifest_conflict : json_syntax,
                        {hub.manifest.file, error->line},
                        is_conflict ? conflict_in_manifest
                                    : fmt::format("{} (column {})", error->message, error->column),
                        repair_hint(*hub.manifest.text, *error, hub.manifest.file));
        return;
    }
    DocumentChecker(hub, *hub.document(), jobs, findings).check();
}

}  // namespace onnxhub
