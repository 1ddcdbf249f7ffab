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
    .why = "Clients read the manifest and nothing else: without it the hub has no models.",
    .example = "`README.md` lists `vision/mnist`, and the manifest was never committed.",
    .fix = "Run `onnxhub generate`, or `onnxhub validate --fix`, and commit the file.",
    .is_fixable = true,
};

constexpr RuleInfo json_syntax{
    .id = rule_id::json_syntax,
    .severity = Severity::error,
    .family = "document",
    .what =
        "The manifest is no JSON array of objects: it breaks JSON's grammar (RFC 8259), nests "
        "deeper than 128 levels, or is not UTF-8. Comments, `NaN` and trailing commas are no "
        "JSON. Or it is made to fill memory: more than 250,000 values and one for each 6 bytes, or "
        "more than 20,000 entries and one for each 64 bytes.",
    .why = "No client can read any entry of it.",
    .example = "Conflict markers of a merge: `<<<<<<< HEAD`.",
    .fix =
        "Repair the line. Where a merge left conflict markers, merge again by entries: "
        "`onnxhub merge-driver --install`, then `git checkout --merge -- FILE`. Don't delete the "
        "file: ports of models that are not here would be lost.",
};

constexpr RuleInfo manifest_schema{
    .id = rule_id::manifest_schema,
    .severity = Severity::error,
    .family = "document",
    .what =
        "An entry lacks a key or has one of the wrong type or form, by the JSON Schema "
        "`templates/schema/onnx-hub-manifest.schema.json`.",
    .why = "Clients fail on the entry or, worse, on the whole manifest.",
    .example = "`\"opset_version\": \"13\"`: a string where an integer belongs.",
    .fix = "Correct the entry; `onnxhub generate` writes entries that fit.",
    .is_fixable = true,
};

constexpr RuleInfo negative_dimension{
    .id = rule_id::negative_dimension,
    .severity = Severity::warning,
    .family = "document",
    .what = "A shape in `io_ports` or `extra_ports` has a negative dimension.",
    .why =
        "A dimension is a number of elements. Programs that prepare data by the manifest fail on "
        "it, or take it for an unknown one.",
    .example = "`\"shape\": [-1, 3, 224, 224]`",
    .fix = "Write a name such as `\"N\"`, or `null`, where the number isn't known.",
};

constexpr RuleInfo duplicate_key{
    .id = rule_id::duplicate_key,
    .severity = Severity::error,
    .family = "document",
    .what = "An object of the manifest has the same key twice.",
    .why = "Readers take the first or the last of them, and so disagree about the entry.",
    .example = "Two `model_sha` in one `metadata`, left by a merge.",
    .fix = "Remove one of the two.",
};

constexpr RuleInfo duplicate_entry{
    .id = rule_id::duplicate_entry,
    .severity = Severity::error,
    .family = "document",
    .what = "Two entries have the same model, path and opset.",
    .why = "One of them is what clients load, and which one depends on the client.",
    .example = "A merge kept both sides' entry of `mnist-12.onnx`.",
    .fix = "Remove one; `onnxhub validate --fix` keeps one entry for each row.",
    .is_fixable = true,
};

constexpr RuleInfo ambiguous_model{
    .id = rule_id::ambiguous_model,
    .severity = Severity::error,
    .family = "document",
    .what =
        "Two entries of different files have the same model name (compared without case) and "
        "the same opset.",
    .why = "Clients look models up by name and opset and can't choose between the two.",
    .example =
        "`ResNet50` with opset 12 at `resnet50-v1-12.onnx` and at `resnet50-v1-12-int8.onnx`.",
    .fix = "Give one of the two another name in its table, such as `ResNet50-int8`.",
};

constexpr RuleInfo unsafe_path{
    .id = rule_id::unsafe_path,
    .severity = Severity::error,
    .family = "document",
    .what =
        "A path in the manifest is absolute, has `..`, `.` or empty segments, a backslash, a "
        "drive letter, control characters, a segment `.git`, or is a URL.",
    .why =
        "Clients join the path to a folder of theirs: it would lead out of their cache, or to "
        "different places on different systems.",
    .example = "`\"model_path\": \"../../.bashrc\"`",
    .fix = "Write the path from the hub's top folder with `/` between folders.",
    .is_fixable = true,
};

constexpr RuleInfo path_case_clash{
    .id = rule_id::path_case_clash,
    .severity = Severity::error,
    .family = "document",
    .what =
        "Two paths are equal but for the case of ASCII letters: in the manifest, or among the "
        "models, archives and READMEs of the repository.",
    .why =
        "On Windows and macOS they are one file: a checkout loses one of the two, and so does a "
        "client's cache.",
    .example = "`vision/MNIST/model.onnx` and `vision/mnist/model.onnx`",
    .fix = "Rename one of the two with `git mv`.",
};

constexpr RuleInfo entry_order{
    .id = rule_id::entry_order,
    .severity = Severity::warning,
    .family = "document",
    .what = "Entries are not sorted by `model_path`, by code point.",
    .why = "The next `onnxhub generate` moves them, and its diff hides what changed.",
    .example = "A hand-made entry appended at the end.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo manifest_format{
    .id = rule_id::manifest_format,
    .severity = Severity::warning,
    .family = "document",
    .what =
        "The manifest's bytes are not those of Python's `json.dump(entries, f, indent=4)`, the "
        "hub's canonical form.",
    .why = "The next `onnxhub generate` rewrites the lines, and its diff hides what changed.",
    .example = "Two spaces of indent, or a line break at the end of the file.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr std::array document_rule_list{manifest_missing,   json_syntax,    manifest_schema,
                                        negative_dimension, duplicate_key,  duplicate_entry,
                                        ambiguous_model,    unsafe_path,    path_case_clash,
                                        entry_order,        manifest_format};

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
        return fmt::format("the other one is at {}", to_text(place(other)));
    }

    /// Block by block, since what is found in one may be much, and most of it only be counted.
    void check_entries() {
        const ManifestSchema schema;
        constexpr std::size_t block_size = 1024;
        std::vector<std::vector<SchemaProblem>> problems;
        for (std::size_t begin = 0; begin < entries().size(); begin += block_size) {
            problems.clear();
            problems.resize(std::min(block_size, entries().size() - begin));
            for_each_index(problems.size(), jobs_, [&](std::size_t i) {
                problems[i] = schema.check(entries()[begin + i].json);
            });
            for (std::size_t i = 0; i < problems.size(); ++i) {
                report_schema(entries()[begin + i], std::move(problems[i]));
            }
        }
    }

    void check_dimensions() {
        for (const ManifestEntry& entry : entries()) {
            const JsonValue* metadata = entry.entry ? entry.json.find("metadata") : nullptr;
            if (!metadata) continue;
            if (const JsonValue* ports = metadata->find("io_ports")) {
                check_ports(entry, ports->find("inputs"), "inputs");
                check_ports(entry, ports->find("outputs"), "outputs");
            }
            if (const JsonValue* ports = metadata->find("extra_ports")) {
                check_ports(entry, ports->find("features"), "features");
            }
        }
    }

    /// One finding a port: its other dimensions are most likely wrong in the same way.
    void check_ports(const ManifestEntry& entry, const JsonValue* list, const char* name) {
        if (!list) return;
        const JsonArray& ports = *list->array();
        for (std::size_t i = 0; i < ports.size(); ++i) {
            const JsonArray& shape = *ports[i].find("shape")->array();
            const auto found = std::ranges::find_if(shape, [](const JsonValue& dimension) {
                return dimension.integer().value_or(0) < 0;
            });
            if (found == shape.end()) continue;
            findings_.report(negative_dimension, {hub_.manifest.file, found->line},
                             fmt::format("{}[{}] of {} has a dimension of {}", name, i,
                                         entry.entry->model_path, *found->integer()),
                             "write a name or null where the number isn't known",
                             subject_of(entry));
        }
    }

    void report_schema(const ManifestEntry& entry, std::vector<SchemaProblem> problems) {
        // What the schema can't say, such as a number too large for anything.
        if (problems.empty() && entry.problem) {
            problems.push_back({entry.problem->line, "", entry.problem->message});
        }
        for (SchemaProblem& problem : problems) {
            findings_.report(manifest_schema, {hub_.manifest.file, problem.line},
                             std::move(problem.message), "correct it, or run `onnxhub generate`",
                             subject_of(entry));
        }
    }

    void check_duplicate_keys() {
        for (const DuplicateKey& duplicate : document_.duplicate_keys) {
            findings_.report(duplicate_key, {hub_.manifest.file, duplicate.line},
                             fmt::format("the key \"{}\" is here a second time", duplicate.key),
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
                             "remove one; " + line_hint(*found->second), subject_of(entry));
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
                         fmt::format("{} \"{}\" can't be used: it {}", field, path, unsafe->reason),
                         "write the path from the hub's top folder", subject_of(entry));
    }

    /// Paths of entries among each other; those of files are compared by check_files().
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
                    fmt::format("the entry of {} stands behind that of {}", path, *last),
                    "run `onnxhub validate --fix`, which sorts entries by model_path");
                return;  // one is enough: --fix sorts all
            }
            last = &path;
        }
    }

    bool has_duplicate_key(const ManifestEntry& entry) const {
        const int first = entry.json.line;
        const int last = first + static_cast<int>(std::ranges::count(entry.text, '\n'));
        // Sorted by line.
        const auto found =
            std::ranges::lower_bound(document_.duplicate_keys, first, {}, &DuplicateKey::line);
        return found != document_.duplicate_keys.end() && found->line <= last;
    }

    void report_format(int line, std::string message) {
        findings_.report(manifest_format, {hub_.manifest.file, line}, std::move(message),
                         "run `onnxhub validate --fix`, which rewrites the layout alone");
    }

    void check_format() {
        std::vector<char> differs(entries().size(), 0);
        for_each_index(entries().size(), jobs_, [&](std::size_t i) {
            const ManifestEntry& entry = entries()[i];
            differs[i] = !has_duplicate_key(entry) && entry_text(entry.json) != entry.text;
        });
        const auto first = std::ranges::find(differs, 1);
        if (first != differs.end()) {
            const auto index = static_cast<std::size_t>(first - differs.begin());
            report_format(
                entries()[index].json.line,
                fmt::format("{} not laid out as json.dump(…, indent=4) does",
                            std::ranges::count(differs, 1) == 1
                                ? std::string("an entry is")
                                : fmt::format("{} entries are", std::ranges::count(differs, 1))));
            return;
        }
        check_gaps();
    }

    /// What stands between the entries.
    void check_gaps() {
        const std::string& text = *hub_.manifest.text;
        if (entries().empty()) {
            if (text != "[]") report_format(1, "an empty manifest is written as []");
            return;
        }
        std::size_t end = 0;
        for (std::size_t i = 0; i < entries().size(); ++i) {
            const JsonValue& json = entries()[i].json;
            const std::string_view expected = i == 0 ? "[\n    " : ",\n    ";
            if (std::string_view(text).substr(end, json.begin - end) != expected) {
                report_format(json.line, "the space before this entry is not canonical");
                return;
            }
            end = json.end;
        }
        if (text.substr(end) != "\n]") {
            const auto last = text.begin() + static_cast<std::ptrdiff_t>(end);
            const auto line = 2 + std::count(text.begin(), last, '\n');
            report_format(static_cast<int>(line), "the file must end with \"]\" and no line break");
        }
    }

    const HubState& hub_;
    const ManifestDocument& document_;
    const unsigned jobs_;
    FindingList& findings_;
    std::unordered_map<std::string, std::string> paths_;
};

/// Files people name: the clash of two others is their own affair.
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
                            fmt::format("there is no manifest, and the tables list {} models",
                                        hub.hub.models.size()),
                            "run `onnxhub generate` and commit the file");
        }
        return;
    }
    if (const auto* error = std::get_if<JsonSyntaxError>(&*hub.parsed)) {
        findings.report(json_syntax, {hub.manifest.file, error->line},
                        fmt::format("{} (column {})", error->message, error->column),
                        repair_hint(*hub.manifest.text, *error, hub.manifest.file));
        return;
    }
    DocumentChecker(hub, *hub.document(), jobs, findings).check();
}

}  // namespace onnxhub
