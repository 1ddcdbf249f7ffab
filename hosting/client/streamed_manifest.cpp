// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/streamed_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/manifest_copy.h"
#include "manifest/document_limits.h"
#include "manifest/manifest_reader.h"

namespace onnxhub {
namespace {

std::size_t hash_of(std::string_view model) {
    return std::hash<std::string>()(lower_case(model));
}

}  // namespace

ManifestDocument StreamedManifest::read_all() const {
    const std::string text =
        read_whole(*manifest_.bytes, manifest_size_limit, manifest_.shown_name);
    try {
        return manifest_.hint ? read_manifest(text, manifest_.shown_name, *manifest_.hint)
                              : read_manifest(text, manifest_.shown_name);
    } catch (const UserError& error) {
        throw HubError(HubProblem::broken_manifest, error.what());
    }
}

/// The whole document says best what is wrong with it.
void StreamedManifest::refuse(const JsonSyntaxError& error) const {
    if (manifest_.bytes->size_bytes() <= manifest_size_limit) read_all();
    throw HubError(
        HubProblem::broken_manifest,
        fmt::format("{}:{}: {} (column {}); {}", manifest_.shown_name, error.line, error.message,
                    error.column, manifest_.hint.value_or("run `onnxhub validate` for details")));
}

void StreamedManifest::for_each(const Visitor& visit) {
    if (is_read_) return read_again(visit);
    read_first(visit);
    is_read_ = true;
}

std::optional<RawEntry> StreamedManifest::next(ManifestStream& stream) const {
    manifest_.check_interruption();
    try {
        return stream.next();
    } catch (const UserError& error) {
        throw HubError(HubProblem::manifest, error.what());
    }
}

void StreamedManifest::read_first(const Visitor& visit) {
    const std::uint64_t most = std::max<std::uint64_t>(
        manifest_.bytes->size_bytes() / manifest_bytes_of_entry, manifest_few_entries);
    ManifestStream stream(*manifest_.bytes);
    bool is_wanted = true;
    entry_count_ = 0;
    places_.clear();
    while (const auto raw = next(stream)) {
        auto parsed = parse_raw_entry(*raw);
        if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) refuse(*error);
        const auto& entry = std::get<ManifestEntry>(parsed);
        if (++entry_count_ > most) {
            refuse({raw->line, raw->column, "the manifest has too many entries for its size"});
        }
        if (!entry.entry) continue;
        places_.push_back({hash_of(entry.entry->model), raw->offset,
                           static_cast<std::uint32_t>(raw->text.size()), raw->line});
        if (is_wanted) is_wanted = visit(entry);
    }
    if (stream.error()) refuse(*stream.error());
}

void StreamedManifest::read_again(const Visitor& visit) const {
    ManifestStream stream(*manifest_.bytes);
    while (const auto raw = next(stream)) {
        const auto parsed = parse_raw_entry(*raw);
        const auto* entry = std::get_if<ManifestEntry>(&parsed);
        if (entry && entry->entry && !visit(*entry)) return;
    }
}

ManifestEntry StreamedManifest::entry_at(const Place& place) const {
    std::string text(place.length, '\0');
    manifest_.bytes->read(place.offset, std::as_writable_bytes(std::span(text)));
    return std::get<ManifestEntry>(parse_raw_entry({text, place.offset, place.line, 1}));
}

std::vector<ManifestEntry> StreamedManifest::entries_of(const std::string& model) {
    if (!is_read_) for_each([](const ManifestEntry&) { return false; });
    std::vector<ManifestEntry> entries;
    const std::size_t wanted = hash_of(model);
    for (const Place& place : places_) {
        if (place.name_hash != wanted) continue;
        ManifestEntry entry = entry_at(place);
        if (equals_ignoring_case(entry.entry->model, model)) entries.push_back(std::move(entry));
    }
    return entries;
}

std::uint64_t StreamedManifest::entry_count() {
    if (!is_read_) for_each([](const ManifestEntry&) { return false; });
    return entry_count_;
}

}  // namespace onnxhub
