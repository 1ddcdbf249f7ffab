// SPDX-License-Identifier: Apache-2.0
// Documents in JSON: what is read and written back must be the same document.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/client/lock_file.h"
#include "index/index_reader.h"
#include "manifest/json.h"
#include "manifest/json_error.h"
#include "manifest/manifest.h"
#include "manifest/manifest_merge.h"
#include "manifest/manifest_stream.h"
#include "tests/fuzz/targets.h"
#include "validator/report.h"
#include "validator/report_reader.h"

namespace onnxhub::test {

void fuzz_json(std::string_view input) {
    const auto result = parse_json(input);
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        require(error->message != unexplained_json_error, "the cause of an error is known");
        require(error->line > 0 && error->column > 0, "the place of an error is known");
        return;
    }
    const auto* document = std::get_if<JsonDocument>(&result);
    const std::string written = json_text(document->root);
    const auto again = parse_json(written);
    const auto* same = std::get_if<JsonDocument>(&again);
    require(same != nullptr, "what json_text() writes can be read");
    require(same->root == document->root, "reading what was written gives the same values");
    require(same->duplicate_keys.empty(), "repeated keys are not written");
    require(json_text(same->root) == written, "writing a document twice gives the same bytes");
}

namespace {

std::string text_of(const ManifestDocument& manifest) {
    std::vector<std::string> entries;
    for (const ManifestEntry& entry : manifest.entries) entries.push_back(entry_text(entry.json()));
    return manifest_text(entries);
}

/// Entry by entry, a document means the same as at once.
void check_streamed_manifest(std::string_view input) {
    const auto source = memory_source(std::string(input));
    std::vector<ManifestEntry> entries;
    ManifestStream stream(*source);
    bool is_valid = true;
    while (const auto raw = stream.next()) {
        auto parsed = parse_raw_entry(*raw);
        if (auto* entry = std::get_if<ManifestEntry>(&parsed)) {
            entries.push_back(std::move(*entry));
        } else {
            is_valid = false;
        }
    }
    const ManifestResult whole = parse_manifest(std::string(input));
    const auto* manifest = std::get_if<ManifestDocument>(&whole);
    if (!manifest) return;
    require(is_valid && !stream.error(), "a valid manifest is also valid in pieces");
    require(entries.size() == manifest->entries.size(), "no entry is lost in pieces");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        require(entries[i].json() == manifest->entries[i].json(), "pieces keep the values");
    }
}

/// A manifest is refused as its JSON is, and has the values of its JSON.
void check_manifest_against_json(std::string_view input, const ManifestResult& result) {
    const auto parsed = parse_json(input);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    const auto* manifest = std::get_if<ManifestDocument>(&result);
    require(document || !manifest, "a manifest is JSON");
    if (!document) {
        const auto& expected = std::get<JsonSyntaxError>(parsed);
        const auto& error = std::get<JsonSyntaxError>(result);
        require(error.line == expected.line && error.column == expected.column &&
                    error.message == expected.message,
                "an error of the JSON is the manifest's");
    }
    if (!manifest) return;
    const JsonArray& values = *document->root.array();
    require(values.size() == manifest->entries.size(), "each value is an entry");
    for (std::size_t i = 0; i < values.size(); ++i) {
        const ManifestEntry& entry = manifest->entries[i];
        require(entry.line == values[i].line, "an entry has the line of its value");
        require(entry.json() == values[i], "an entry has the value of the document");
    }
    require(manifest->duplicate_keys.size() == document->duplicate_keys.size(),
            "each repeated key is listed");
}

}  // namespace

void fuzz_manifest(std::string_view input) {
    const ManifestResult result = parse_manifest(std::string(input));
    check_manifest_against_json(input, result);
    const auto* manifest = std::get_if<ManifestDocument>(&result);
    if (!manifest) return;
    const std::string written = text_of(*manifest);
    const ManifestResult again = parse_manifest(written);
    const auto* same = std::get_if<ManifestDocument>(&again);
    require(same != nullptr, "a manifest that was written can be read");
    require(same->entries.size() == manifest->entries.size(), "no entry is lost");
    for (std::size_t i = 0; i < same->entries.size(); ++i) {
        const ManifestEntry& before = manifest->entries[i];
        const ManifestEntry& after = same->entries[i];
        require(after.json() == before.json(), "writing keeps the values of an entry");
        require(after.entry.has_value() == before.entry.has_value(),
                "writing does not decide whether an entry can be used");
        require(before.entry.has_value() != before.problem.has_value(),
                "an entry can be used or has a problem");
    }
    require(text_of(*same) == written, "writing a manifest twice gives the same bytes");
}

/// A reader gets the input for every file that it asks for.
void fuzz_index(std::string_view input) {
    const IndexRef everything{sha256_of(input), input.size()};
    const auto parsed = parse_index_root(input);
    IndexRoot root;
    if (const auto* read = std::get_if<IndexRoot>(&parsed)) {
        const auto again = parse_index_root(index_text(*read));
        const auto* same = std::get_if<IndexRoot>(&again);
        require(same && same->models == read->models && same->terms == read->terms,
                "a root that was written can be read");
        root = *read;
    } else {
        root.models = root.terms = {0, {{"", everything}}};
    }
    const auto tree = parse_index_tree(input);
    if (const auto* read = std::get_if<IndexTree>(&tree)) root.models = root.terms = *read;
    IndexReader reader(root, [&](const IndexRef&) { return std::string(input); });
    const auto reading = [](const auto& read) {
        try {
            read();
        } catch (const UnusableIndex& error) {
            require(!std::string_view(error.what()).empty(), "a refusal has a reason");
        }
    };
    reading([&] { reader.shard_of("a"); });
    reading([&] {
        const IndexSearch found = reader.search({"a b"}, 3);
        require(found.models.size() <= 3, "a search keeps its limit");
    });
    reading([&] { reader.with_tag("a", 3); });
    check_streamed_manifest(input);
}

/// The input holds three manifests between NUL bytes: base, ours, theirs.
void fuzz_merge(std::string_view input) {
    std::vector<ManifestDocument> sides;
    while (sides.size() < 3) {
        const std::size_t end = std::min(input.find('\0'), input.size());
        ManifestResult result = parse_manifest(std::string(input.substr(0, end)));
        if (!std::holds_alternative<ManifestDocument>(result)) return;
        sides.push_back(std::get<ManifestDocument>(std::move(result)));
        input.remove_prefix(std::min(end + 1, input.size()));
    }
    const MergedManifest merged = merge_manifests(sides[0], sides[1], sides[2]);
    const bool is_json = std::holds_alternative<ManifestDocument>(parse_manifest(merged.text));
    require(is_json == merged.conflicts.empty(),
            "a merge without conflicts is a manifest, one with conflicts is not");
    if (!merged.conflicts.empty()) return;
    const MergedManifest mirrored = merge_manifests(sides[0], sides[2], sides[1]);
    require(mirrored.conflicts.empty(), "conflicts do not depend on which side is ours");
    require(mirrored.entry_count == merged.entry_count, "both directions keep the same entries");
    require(mirrored.text == merged.text, "both directions give the same document");
    const MergedManifest unchanged = merge_manifests(sides[0], sides[0], sides[0]);
    require(unchanged.conflicts.empty() && unchanged.entry_count == sides[0].entries.size(),
            "sides that change nothing keep every entry");
}

void fuzz_lock_file(std::string_view input) {
    try {
        const LockFile lock = parse_lock_file(input, "onnxhub.lock");
        const std::string written = to_text(lock);
        require(to_text(parse_lock_file(written, "onnxhub.lock")) == written,
                "writing a lock file twice gives the same bytes");
    } catch (const UserError&) {
        return;  // not a lock file, and said so
    }
}

void fuzz_report(std::string_view input) {
    const auto result = parse_json(input);
    const auto* document = std::get_if<JsonDocument>(&result);
    if (!document) return;
    const auto result_of_input = parse_report(document->root);
    if (const auto* reason = std::get_if<std::string>(&result_of_input)) {
        require(!reason->empty(), "a refused report has a reason");
        return;
    }
    const auto& report = std::get<ValidationReport>(result_of_input);
    const std::string written = render(report, ReportFormat::json, {});
    const auto again = parse_json(written);
    require(std::holds_alternative<JsonDocument>(again), "a report that was written is JSON");
    const auto result_of_written = parse_report(std::get<JsonDocument>(again).root);
    const auto* same = std::get_if<ValidationReport>(&result_of_written);
    require(same != nullptr, "a report that was written can be read");
    require(render(*same, ReportFormat::json, {}) == written,
            "writing a report twice gives the same bytes");
    for (const ReportFormat format : {ReportFormat::text, ReportFormat::sarif, ReportFormat::github,
                                      ReportFormat::junit, ReportFormat::markdown}) {
        const std::string text = render(report, format, {});
        require(text.find('\x1b') == text.npos, "no report holds a terminal escape");
    }
}

}  // namespace onnxhub::test
