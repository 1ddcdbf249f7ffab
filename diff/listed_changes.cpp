// SPDX-License-Identifier: Apache-2.0
#include "diff/listed_changes.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "base/quantity.h"
#include "diff/source_difference.h"
#include "manifest/hub_path.h"
#include "manifest/port_text.h"

namespace onnxhub {
namespace {

/// Fields of an entry and their texts, in the order of the entry.
using Listed = std::vector<std::pair<std::string, std::string>>;
using EntriesByDigest = std::multimap<Sha256, const Entry*>;

void add_ports(const char* kind, const std::vector<Port>& ports, Listed& listed) {
    for (const Port& port : ports) listed.emplace_back(kind + port.name, to_text(port));
}

/// The path relative to the model's directory, which stays the same when the model moves.
std::string external_name(const Entry& entry, const std::string& path) {
    const std::string folder(parent_folder(entry.model_path));
    const bool is_beside = !folder.empty() && path.starts_with(folder + "/");
    return is_beside ? path.substr(folder.size() + 1) : path;
}

/// The fields that depend only on the model's content.
Listed listed_in(const Entry& entry) {
    Listed listed;
    if (entry.io_ports) {
        add_ports("listed input ", entry.io_ports->inputs, listed);
        add_ports("listed output ", entry.io_ports->outputs, listed);
    }
    if (entry.extra_ports) {
        for (const FeaturePort& port : *entry.extra_ports) {
            listed.emplace_back("listed feature " + port.name,
                                to_text(Port{port.name, port.shape, "tensor(any)"}));
        }
    }
    for (const ExternalDataFile& file : entry.external_data) {
        listed.emplace_back("listed external file " + external_name(entry, file.path), "listed");
    }
    return listed;
}

const std::string* value_of(const Listed& listed, const std::string& field) {
    const auto found = std::ranges::find(listed, field, &Listed::value_type::first);
    return found == listed.end() ? nullptr : &found->second;
}

std::string names_of(const Listed& listed) {
    std::string names;
    for (const auto& [field, value] : listed) {
        names += (names.empty() ? "" : ", ") + field.substr(std::string("listed ").size());
    }
    return names;
}

void add_differences(const Listed& before, const Listed& after, std::vector<FieldChange>& fields) {
    const std::size_t first = fields.size();
    for (const auto& [field, value] : before) {
        const std::string* now = value_of(after, field);
        if (!now || *now != value) fields.push_back({field, value, now ? *now : ""});
    }
    for (const auto& [field, value] : after) {
        if (!value_of(before, field)) fields.push_back({field, "", value});
    }
    if (fields.size() == first && before != after) {
        fields.push_back({"listed order", names_of(before), names_of(after)});
    }
}

/// Two models with the same content may have different licenses, so callers compare one path.
void add_fact_differences(const Entry& before, const Entry& after,
                          std::vector<FieldChange>& fields) {
    const auto compare = [&](const char* field, const std::optional<std::string>& was,
                             const std::optional<std::string>& is) {
        if (was != is) fields.push_back({field, was.value_or(""), is.value_or("")});
    };
    const auto number = [](const std::optional<std::uint64_t>& parameters) {
        return parameters ? std::optional(with_thousands(*parameters)) : std::nullopt;
    };
    compare("listed license", before.about->license, after.about->license);
    compare("listed author", before.about->author, after.about->author);
    compare("listed task", before.about->task, after.about->task);
    compare("listed description", before.about->description, after.about->description);
    compare("listed parameters", number(before.about->parameters), number(after.about->parameters));
    std::ranges::move(compare_sources("listed source", before.sources, after.sources),
                      std::back_inserter(fields));
}

EntriesByDigest entries_of(const ManifestDocument& document) {
    EntriesByDigest entries;
    for (const ManifestEntry& present : document.entries) {
        if (present.entry && present.entry->content.sha) {
            entries.emplace(*present.entry->content.sha, &*present.entry);
        }
    }
    return entries;
}

/// The entry with the same digest; prefers the same path, then the same name.
const Entry* twin_of(const Entry& entry, const EntriesByDigest& entries) {
    const auto [first, last] = entries.equal_range(*entry.content.sha);
    const Entry* best = nullptr;
    int best_score = -1;
    for (auto other = first; other != last; ++other) {
        const int score = 4 * static_cast<int>(other->second->model_path == entry.model_path) +
                          2 * static_cast<int>(other->second->model == entry.model) +
                          static_cast<int>(other->second->opset_version == entry.opset_version);
        if (score <= best_score) continue;
        best = other->second;
        best_score = score;
    }
    return best;
}

}  // namespace

std::map<std::string, std::vector<FieldChange>> listed_changes(const ManifestDocument* before,
                                                               const ManifestDocument* after) {
    std::map<std::string, std::vector<FieldChange>> changes;
    if (!before || !after) return changes;
    const EntriesByDigest known = entries_of(*before);
    for (const ManifestEntry& present : after->entries) {
        if (!present.entry || !present.entry->content.sha) continue;
        const Entry& entry = *present.entry;
        const Entry* twin = twin_of(entry, known);
        if (!twin) continue;
        std::vector<FieldChange> fields;
        add_differences(listed_in(*twin), listed_in(entry), fields);
        if (twin->model_path == entry.model_path) add_fact_differences(*twin, entry, fields);
        auto& all = changes[entry.model_path];
        const std::set<FieldChange> added(all.begin(), all.end());
        std::erase_if(fields, [&](const FieldChange& field) { return added.contains(field); });
        std::ranges::move(fields, std::back_inserter(all));
    }
    std::erase_if(changes, [](const auto& change) { return change.second.empty(); });
    return changes;
}

}  // namespace onnxhub
