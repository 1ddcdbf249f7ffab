// SPDX-License-Identifier: Apache-2.0
#include "generator/manifest_part.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/escaping.h"
#include "manifest/entry_name.h"
#include "manifest/json_members.h"

namespace onnxhub {
namespace {

constexpr std::int64_t format_version = 2;
constexpr std::size_t row_limit = 10'000'000;  // larger than any hub
constexpr std::size_t source_limit = 10'000;   // sources of a hub, and templates of one source

constexpr std::array<std::pair<PortSource, const char*>, 4> port_sources{
    {{PortSource::graph, "graph"},
     {PortSource::peeked, "peeked"},
     {PortSource::carried, "carried"},
     {PortSource::none, "none"}}};

constexpr std::array<std::pair<EntryClaim, const char*>, 3> claim_names{
    {{EntryClaim::none, "none"},
     {EntryClaim::possible, "possible"},
     {EntryClaim::certain, "certain"}}};

JsonValue to_json(const Diagnostic& diagnostic) {
    return json_object({{"severity", json_string(std::string(name_of(diagnostic.severity)))},
                        {"rule", json_string(diagnostic.rule)},
                        {"file", json_string(diagnostic.file)},
                        {"line", json_integer(diagnostic.line)},
                        {"message", json_string(diagnostic.message)},
                        {"hint", json_string(diagnostic.hint)}});
}

JsonValue to_json(const Diagnostics& diagnostics) {
    JsonArray values;
    for (const Diagnostic& diagnostic : diagnostics.all()) values.push_back(to_json(diagnostic));
    return json_array(std::move(values));
}

JsonValue to_json(const SourceCount& count) {
    return json_object(
        {{"files", json_unsigned(count.files)}, {"bytes", json_unsigned(count.bytes)}});
}

JsonValue to_json(const NameChoice& naming) {
    JsonArray texts;
    for (const std::string& text : naming.distinguish) texts.push_back(json_string(text));
    return json_object(
        {{"source", json_unsigned(naming.source)}, {"distinguish", json_array(std::move(texts))}});
}

JsonValue to_json(const RowResult& row) {
    const auto* source =
        std::ranges::find(port_sources, row.ports, &std::pair<PortSource, const char*>::first);
    JsonObject members{{"position", json_unsigned(row.position)},
                       {"ports", json_string(source->second)}};
    if (row.missing) {
        members.push_back(
            {"missing", json_object({{"path", json_string(row.missing->path)},
                                     {"sha", json_string(to_hex(row.missing->sha))},
                                     {"bytes", json_unsigned(row.missing->size_bytes)},
                                     {"has_entry", json_bool(row.missing->has_entry)}})});
    }
    if (!row.diagnostics.empty()) members.push_back({"diagnostics", to_json(row.diagnostics)});
    if (row.naming) members.push_back({"naming", to_json(*row.naming)});
    if (row.entry) {
        members.push_back({"entry", onnxhub::to_json(*row.entry)});
    } else {
        members.push_back({"row", json_object({{"readme", json_string(row.row->source_file)},
                                               {"line", json_integer(row.row->line)},
                                               {"name", json_string(row.row->name)},
                                               {"path", json_string(row.row->model_path)}})});
    }
    return json_object(std::move(members));
}

JsonValue to_json(const std::vector<PresentEntry>& entries) {
    JsonArray values;
    for (const PresentEntry& entry : entries) {
        JsonObject members{{"position", json_unsigned(entry.position)}};
        if (entry.claim != EntryClaim::none) {
            const auto* claim = std::ranges::find(claim_names, entry.claim,
                                                  &std::pair<EntryClaim, const char*>::first);
            members.push_back({"claim", json_string(claim->second)});
        }
        members.push_back({"entry", entry.json});
        if (!entry.text.empty()) members.push_back({"text", json_string(entry.text)});
        values.push_back(json_object(std::move(members)));
    }
    return json_array(std::move(values));
}

std::size_t position_of(const JsonValue& json) {
    return static_cast<std::size_t>(number_member(json, "position", row_limit));
}

Sha256 sha_member(const JsonValue& object, const char* key) {
    const auto sha = parse_sha256(text_member(object, key));
    if (!sha) throw UnexpectedJson(std::string(key) + " is not a SHA-256");
    return *sha;
}

std::uint64_t bytes_of(const JsonValue& json) {
    return static_cast<std::uint64_t>(
        number_member(json, "bytes", std::numeric_limits<std::int64_t>::max()));
}

int line_of(const JsonValue& json) {
    return static_cast<int>(number_member(json, "line", std::numeric_limits<int>::max()));
}

Diagnostics diagnostics_of(const JsonValue& object) {
    Diagnostics diagnostics;
    for (const JsonValue& item : array_member(object, "diagnostics", row_limit)) {
        const auto severity = parse_severity(text_member(item, "severity"));
        if (!severity) throw UnexpectedJson("severity is not error, warning or note");
        diagnostics.report({*severity, text_member(item, "rule"), text_member(item, "file"),
                            line_of(item), text_member(item, "message"),
                            text_member(item, "hint")});
    }
    return diagnostics;
}

PortSource port_source_of(const std::string& name) {
    for (const auto& [source, known] : port_sources) {
        if (name == known) return source;
    }
    throw UnexpectedJson("ports is not graph, carried or none");
}

EntryClaim claim_of(const JsonValue& json) {
    if (!json.find("claim")) return EntryClaim::none;
    const std::string name = text_member(json, "claim");
    for (const auto& [claim, known] : claim_names) {
        if (name == known) return claim;
    }
    throw UnexpectedJson("claim is not possible or certain");
}

NameChoice naming_of(const JsonValue& json) {
    NameChoice naming;
    naming.source = static_cast<std::size_t>(number_member(json, "source", source_limit));
    for (const JsonValue& text : array_member(json, "distinguish", source_limit)) {
        if (!text.string()) throw UnexpectedJson("distinguish is not a list of strings");
        naming.distinguish.push_back(*text.string());
    }
    return naming;
}

RowResult row_of(const JsonValue& json) {
    RowResult row;
    row.position = position_of(json);
    row.ports = port_source_of(text_member(json, "ports"));
    if (const JsonValue* missing = json.find("missing")) {
        row.missing = MissingContent{text_member(*missing, "path"), sha_member(*missing, "sha"),
                                     bytes_of(*missing), bool_member(*missing, "has_entry")};
    }
    if (json.find("diagnostics")) row.diagnostics = diagnostics_of(json);
    if (const JsonValue* naming = json.find("naming")) row.naming = naming_of(*naming);
    if (const JsonValue* entry = json.find("entry")) {
        auto parsed = parse_entry(*entry);
        if (const auto* problem = std::get_if<EntryProblem>(&parsed)) {
            throw UnexpectedJson("an entry is invalid: " + problem->message);
        }
        row.entry = std::get<Entry>(std::move(parsed));
        return row;
    }
    const JsonValue& named = json_member(json, "row");
    row.row = BrokenRow{text_member(named, "readme"), line_of(named), text_member(named, "name"),
                        text_member(named, "path")};
    return row;
}

SourceCount source_count_of(const JsonValue& json) {
    return {static_cast<std::size_t>(number_member(json, "files", row_limit)), bytes_of(json)};
}

Shard shard_of(const std::string& text) {
    const auto shard = parse_shard(text);
    if (!shard) throw UnexpectedJson("shard is not a number and count such as 3/7");
    return *shard;
}

/// Positions must ascend, so that none occurs twice.
template <class Item>
void require_order(const std::vector<Item>& items) {
    const auto is_before = [](const Item& a, const Item& b) { return a.position >= b.position; };
    if (std::ranges::adjacent_find(items, is_before) != items.end()) {
        throw UnexpectedJson("positions do not ascend");
    }
}

/// The text of an entry that is not written as entry_text() does.
std::string own_text_of(const JsonValue& item, const JsonValue& entry) {
    if (!item.find("text")) return "";
    std::string text = text_member(item, "text");
    const auto parsed = parse_json(text);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    if (!document || document->root != entry) {
        throw UnexpectedJson("the text of an entry has other values");
    }
    return text;
}

/// An entry of a manifest for a part.
PresentEntry present_entry(std::size_t position, const ManifestEntry& entry,
                           EntryClaim claim = EntryClaim::none) {
    JsonValue json = entry.json();
    const bool is_plain = entry.text == entry_text(json);
    return {position, std::move(json), claim, is_plain ? "" : std::string(entry.text)};
}

std::vector<PresentEntry> entries_of(const JsonValue& document, const char* key) {
    std::vector<PresentEntry> entries;
    for (const JsonValue& item : array_member(document, key, row_limit)) {
        const JsonValue& entry = json_member(item, "entry");
        if (!entry.object()) throw UnexpectedJson("an entry is not an object");
        entries.push_back({position_of(item), entry, claim_of(item), own_text_of(item, entry)});
    }
    require_order(entries);
    return entries;
}

ManifestPart read(const JsonValue& document) {
    if (json_member(document, "version").integer() != format_version) {
        throw UnexpectedJson("version is not 2");
    }
    ManifestPart part;
    part.shard = shard_of(text_member(document, "shard"));
    part.inputs = sha_member(document, "inputs");
    part.is_complete = bool_member(document, "complete");
    const JsonValue& statistics = json_member(document, "statistics");
    part.statistics = {source_count_of(json_member(statistics, "pointer")),
                       source_count_of(json_member(statistics, "index")),
                       source_count_of(json_member(statistics, "hashed"))};
    part.diagnostics = diagnostics_of(document);
    for (const JsonValue& item : array_member(document, "rows", row_limit)) {
        part.rows.push_back(row_of(item));
    }
    part.present = entries_of(document, "present");
    part.earlier = entries_of(document, "earlier");
    require_order(part.rows);
    return part;
}

void add_texts(const std::vector<std::string>& texts, FieldHasher& hasher) {
    hasher.add(std::to_string(texts.size()));
    for (const std::string& text : texts) hasher.add(text);
}

void add_stated(const StatedFacts& stated, FieldHasher& hasher) {
    hasher.add(std::to_string(stated.source) + (stated.is_official ? " official" : ""));
    add_texts(stated.urls, hasher);
    hasher.add(stated.sha ? to_hex(*stated.sha) : "none");
    hasher.add(stated.size_bytes ? std::to_string(*stated.size_bytes) : "none");
    hasher.add(stated.ir_version ? std::to_string(*stated.ir_version) : "none");
    for (const auto* text : {&stated.about.license, &stated.about.author, &stated.about.task,
                             &stated.about.description}) {
        hasher.add(*text ? "text " + **text : "none");
    }
    hasher.add(stated.about.parameters ? std::to_string(*stated.about.parameters) : "none");
    add_texts(stated.distinguish, hasher);
}

void add_row(const ModelRow& row, FieldHasher& hasher) {
    hasher.add(row.source_file.text());
    hasher.add(std::to_string(row.line));
    hasher.add(row.name);
    hasher.add(row.model_path);
    hasher.add(row.archive_path ? "archive " + *row.archive_path : "none");
    hasher.add(row.onnx_version);
    hasher.add(std::to_string(row.opset_version));
    hasher.add(std::to_string(row.tags.size()));
    for (const std::string& tag : row.tags) hasher.add(tag);
    if (row.stated) add_stated(*row.stated, hasher);
}

void add_counts(SourceCount& sum, const SourceCount& part) {
    sum.files += part.files;
    sum.bytes += part.bytes;
}

/// A manifest whose entries are distributed over the parts.
struct GatheredManifest {
    ManifestDocument document;
    std::vector<EntryClaim> claims;
};

GatheredManifest gather(const std::vector<ManifestPart>& parts,
                        std::vector<PresentEntry> ManifestPart::*list) {
    std::vector<const PresentEntry*> entries;
    for (const ManifestPart& part : parts) {
        for (const PresentEntry& entry : part.*list) entries.push_back(&entry);
    }
    std::ranges::sort(entries, {}, [](const PresentEntry* entry) { return entry->position; });
    std::vector<std::string> texts;
    GatheredManifest gathered;
    for (const PresentEntry* entry : entries) {
        texts.push_back(entry->text.empty() ? entry_text(entry->json) : entry->text);
        gathered.claims.push_back(entry->claim);
    }
    gathered.document = std::get<ManifestDocument>(parse_manifest(manifest_text(texts)));
    return gathered;
}

}  // namespace

Sha256 inputs_digest(const GenerationPlan& plan, const Settings& settings,
                     std::string_view present_text, std::string_view state) {
    FieldHasher hasher;
    hasher.add(state);
    hasher.add(present_text);
    hasher.add(settings.features_tag.value_or(""));
    hasher.add(settings.lists_opsets ? "opsets" : "");
    for (const auto& [model, tensor] : settings.feature_tensors) {
        hasher.add(model);
        hasher.add(tensor);
    }
    hasher.add(std::to_string(plan.rows.size()));
    for (const ModelRow& row : plan.rows) add_row(row, hasher);
    for (const EntryClaim claim : plan.claims) hasher.add(std::to_string(static_cast<int>(claim)));
    return hasher.finish();
}

std::vector<PresentEntry> present_entries_of(const Shard& shard, const ManifestDocument& present,
                                             const std::vector<EntryClaim>& claims) {
    std::vector<PresentEntry> entries;
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        const ManifestEntry& entry = present.entries[i];
        if (!shard.has(name_of(entry).model_path)) continue;
        entries.push_back(
            present_entry(i, entry, i < claims.size() ? claims[i] : EntryClaim::none));
    }
    return entries;
}

std::vector<PresentEntry> earlier_entries_of(const Shard& shard,
                                             const std::vector<const ManifestDocument*>& earlier,
                                             const ManifestDocument& present) {
    std::vector<PresentEntry> entries;
    if (earlier.empty()) return entries;
    std::set<EntryName> names;
    for (const ManifestEntry& entry : present.entries) names.insert(name_of(entry));
    std::size_t position = 0;
    for (const ManifestDocument* document : earlier) {
        for (const ManifestEntry& entry : document->entries) {
            const EntryName name = name_of(entry);
            const std::size_t here = position++;
            if (!shard.has(name.model_path) || names.contains(name)) continue;
            entries.push_back(present_entry(here, entry));
        }
    }
    return entries;
}

std::string part_text(const ManifestPart& part) {
    JsonArray rows;
    for (const RowResult& row : part.rows) rows.push_back(to_json(row));
    const JsonValue document =
        json_object({{"version", json_integer(format_version)},
                     {"shard", json_string(to_text(part.shard))},
                     {"inputs", json_string(to_hex(part.inputs))},
                     {"complete", json_bool(part.is_complete)},
                     {"statistics", json_object({{"pointer", to_json(part.statistics.pointer)},
                                                 {"index", to_json(part.statistics.index)},
                                                 {"hashed", to_json(part.statistics.hashed)}})},
                     {"diagnostics", to_json(part.diagnostics)},
                     {"rows", json_array(std::move(rows))},
                     {"present", to_json(part.present)},
                     {"earlier", to_json(part.earlier)}});
    // "##[" only occurs inside of strings here.
    return without_runner_commands(json_text(document), "\\u0023") + '\n';
}

bool is_manifest_part(const JsonValue& document) {
    return document.find("shard") && document.find("rows");
}

std::variant<ManifestPart, std::string> parse_manifest_part(const JsonValue& document) {
    try {
        return read(document);
    } catch (const UnexpectedJson& error) {
        return std::string(error.what());
    }
}

MergedParts merge_parts(std::vector<ManifestPart> parts, Diagnostics& diagnostics) {
    GatheredManifest present = gather(parts, &ManifestPart::present);
    const GatheredManifest earlier = gather(parts, &ManifestPart::earlier);
    FactStatistics statistics;
    std::vector<RowResult> rows;
    Diagnostics of_the_hub;
    std::set<std::string> reported;
    for (ManifestPart& part : parts) {
        std::ranges::move(part.rows, std::back_inserter(rows));
        add_counts(statistics.pointer, part.statistics.pointer);
        add_counts(statistics.index, part.statistics.index);
        add_counts(statistics.hashed, part.statistics.hashed);
        for (const Diagnostic& diagnostic : part.diagnostics.all()) {
            if (reported.insert(to_text(diagnostic)).second) of_the_hub.report(diagnostic);
        }
    }
    diagnostics.append(std::move(of_the_hub));
    std::ranges::sort(rows, {}, &RowResult::position);
    GenerateOptions options;
    options.present = &present.document;
    options.earlier = {&earlier.document};
    GenerationPlan plan;
    plan.claims = std::move(present.claims);
    MergedParts merged{join_rows(std::move(plan), std::move(rows), options, diagnostics),
                       present.document.entries.size()};
    merged.result.statistics = statistics;
    return merged;
}

}  // namespace onnxhub
