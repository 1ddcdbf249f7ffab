// SPDX-License-Identifier: Apache-2.0
#include "cli/generation_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/digest.h"
#include "base/escaping.h"
#include "base/quantity.h"
#include "cli/hub_options.h"
#include "cli/interruption.h"
#include "cli/short_list.h"
#include "manifest/manifest_difference.h"
#include "manifest/manifest_reader.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"
#include "repository/lfs_fetch.h"
#include "trust/hub_statement.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

void print_missing(const Streams& streams, const GenerateResult& result) {
    if (result.missing.empty()) return;
    const auto without_entry =
        std::count_if(result.missing.begin(), result.missing.end(),
                      [](const MissingContent& missing) { return !missing.has_entry; });
    const auto total = static_cast<std::ptrdiff_t>(result.missing.size());
    note(streams,
         fmt::format("{} not available locally (Git LFS pointer) and not in any manifest: {}",
                     total == 1 ? "1 model" : fmt::format("{} models", total),
                     without_entry == total ? "they have no entry yet"
                     : without_entry == 0   ? "their entries have no io_ports yet"
                                            : fmt::format("{} have no entry yet, the others no "
                                                            "io_ports",
                                                          without_entry)));
    print_short_list(
        streams, result.missing,
        [](const MissingContent& missing) {
            return fmt::format("{} ({})", printable(missing.path), human_bytes(missing.size_bytes));
        },
        "  ");
    std::vector<std::string> paths;
    for (const MissingContent& missing : result.missing) paths.push_back(missing.path);
    const bool is_short = paths.size() <= 3;
    note(streams,
         "to fetch them: " +
             (is_short ? fmt::format("git lfs pull --include \"{}\", then run this command again",
                                     printable(lfs_include_patterns(paths).front()))
                       : std::string("run this command with --fetch (and --drop to "
                                     "restore the pointers afterwards)")));
}

void print_changes(const Streams& streams, const ManifestUpdate& update) {
    print_short_list(streams, update.moved, [](const MovedEntry& moved) {
        return fmt::format("moved: {} is now {}", to_text(moved.entry), printable(moved.new_path));
    });
    if (!update.kept.empty()) {
        note(streams, entry_count(update.kept.size()) + " kept unchanged because of errors:");
        print_short_list(
            streams, update.kept, [](const EntryName& name) { return "kept: " + to_text(name); },
            "  ");
    }
    if (update.removed.empty()) return;
    note(streams, entry_count(update.removed.size()) + " without a model or table row:");
    print_short_list(
        streams, update.removed, [](const EntryName& name) { return "removed: " + to_text(name); },
        "  ");
}

std::string fact_source_text(const SourceCount& count, const char* what) {
    return fmt::format("{} ({}) {}", count.files, human_bytes(count.bytes), what);
}

void print_statistics(const Streams& streams, const GenerateResult& result) {
    const FactStatistics& facts = result.statistics;
    note(streams,
         fmt::format("files: {}, {}, {}; io_ports: {} read{}, {} carried, {} missing",
                     fact_source_text(facts.pointer, "from LFS pointers"),
                     fact_source_text(facts.index, "unchanged since git's index"),
                     fact_source_text(facts.hashed, "hashed"), result.read_ports,
                     result.peeked_ports > 0 ? fmt::format(", {} peeked", result.peeked_ports) : "",
                     result.carried_ports, result.missing.size()));
}

}  // namespace

std::string entry_count(std::size_t count) {
    return fmt::format("{} {}", count, count == 1 ? "entry" : "entries");
}

void print_result(const Streams& streams, const GenerateResult& result) {
    print_missing(streams, result);
    print_changes(streams, result.update);
    print_statistics(streams, result);
}

bool has_unmade_entries(const GenerateResult& result) {
    return std::ranges::any_of(result.missing,
                               [](const MissingContent& missing) { return !missing.has_entry; });
}

bool refuses_removals(const Streams& streams, const ManifestUpdate& update,
                      std::size_t present_count) {
    if (!needs_confirmation(update.removed.size(), present_count)) return false;
    Diagnostics refusal;
    refusal.report({Severity::error, rule_id::too_many_removals, std::string(manifest_file_name), 0,
                    fmt::format("{} of {} entries would be removed, so nothing was written",
                                update.removed.size(), present_count),
                    "correct the tables, or confirm with --allow-removals"});
    print(streams, refusal);
    return true;
}

void print_entry_changes(const Streams& streams, const ManifestDocument& before,
                         const ManifestUpdate& update) {
    const ManifestDocument after = read_manifest(update.text, "the new manifest");
    std::vector<EntryDifference> differences = compare_manifests(before, after);
    if (differences.empty()) return;
    using Kind = EntryDifference::Kind;
    const auto count = [&](Kind kind) {
        return static_cast<std::size_t>(
            std::ranges::count(differences, kind, &EntryDifference::kind));
    };
    const std::size_t added = count(Kind::added), changed = count(Kind::changed);
    std::vector<std::string> counts;
    const auto add_count = [&](std::size_t number, const char* what) {
        if (number > 0) counts.push_back(fmt::format("{} {}", number, what));
    };
    add_count(added, "added");
    add_count(changed, "changed");
    add_count(count(Kind::removed), "removed");
    add_count(after.entries.size() - added - changed, "unchanged");
    // print_result() names these.
    std::erase_if(differences, [&](const EntryDifference& difference) {
        return difference.kind == Kind::removed &&
               std::ranges::find(update.removed, difference.entry) != update.removed.end();
    });
    note(streams, fmt::format("{}{}", fmt::join(counts, ", "), differences.empty() ? "" : ":"));
    print_short_list(
        streams, differences,
        [](EntryDifference difference) {
            std::vector<std::string> fields;
            for (const FieldDifference& field : difference.fields) fields.push_back(field.field);
            difference.fields.clear();
            const std::string text = to_text(difference);
            return fields.empty() ? text : text + ": " + joined_short(fields);
        },
        "  ");
}

void warn_of_old_statement(const std::string& hub, const std::string& manifest,
                           const Streams& streams) {
    const std::filesystem::path file = std::filesystem::path(hub) / std::string(hub_statement_name);
    const auto text = read_file_if_possible(file, statement_size_limit);
    if (!text) return;
    try {
        if (read_unverified_statement_of_hub(*text).manifest == sha256_of(manifest)) return;
    } catch (const Refused&) {
        // It fits no manifest.
    }
    warn(streams, fmt::format("{} is about another manifest; sign the hub with `onnxhub sign`",
                              hub_statement_name));
}

void warn_of_old_statement(const std::string& hub, const Streams& streams) {
    const auto manifest = read_file_if_possible(
        std::filesystem::path(hub) / std::string(manifest_file_name), json_size_limit);
    if (manifest) warn_of_old_statement(hub, *manifest, streams);
}

void write_document(const Streams& streams, const std::string& output, const std::string& text,
                    const std::string& what) {
    if (output == "-") {
        write_result(streams, text);
        return;
    }
    std::error_code error;
    const bool is_same = std::filesystem::is_regular_file(output, error) &&
                         has_content(*open_file(output, output), text);
    if (is_same) {
        note(streams, fmt::format("{}: {}, unchanged", output, what));
        return;
    }
    check_interruption();
    write_file_atomically(output, text);
    note(streams, fmt::format("{}: {} written", output, what));
}

}  // namespace onnxhub
