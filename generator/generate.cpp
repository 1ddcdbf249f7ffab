// SPDX-License-Identifier: Apache-2.0
#include "generator/generate.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/free_memory.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "generator/changed_rows.h"
#include "manifest/entry_name.h"

namespace onnxhub {
namespace {

HubRows read_rows(const Tree& tree, const Settings& settings, const GenerateOptions& options,
                  Diagnostics& diagnostics) {
    HubRows hub = read_hub_rows(tree, settings, options.jobs, diagnostics);
    if (options.discover) {
        auto found = discover_unlisted_models(tree.list(), settings, hub);
        std::move(found.begin(), found.end(), std::back_inserter(hub.models));
    }
    return hub;
}

void require_a_hub(const HubRows& all, const GenerateOptions& options) {
    const std::string readme(readme_file_name);
    if (all.is_root_unusable) {
        throw UserError(readme +
                        ": is not usable, so nothing was generated; repair the "
                        "reported problems");
    }
    if (options.discover || all.has_sources) return;
    if (!all.has_readme) {
        throw UserError(readme +
                        ": does not exist; run this at the hub's top folder, or use "
                        "--discover for a repository without tables");
    }
    if (!all.has_table) {
        throw UserError(readme +
                        ": has no table with a column \"Model Class\"; add one that "
                        "links to the model folders, or use --discover");
    }
}

const ManifestDocument& require_present(const GenerateOptions& options) {
    if (options.present) return *options.present;
    throw UserError(std::string(manifest_file_name) +
                    ": does not exist, so there is nothing to update; run `onnxhub "
                    "generate` with --target all first");
}

bool is_selected(const ModelRow& row, const GenerateOptions& options) {
    if (options.target == Target::single) return row.model_path == options.single_path;
    return !options.shard || options.shard->has(row.model_path);
}

void select_rows(const Tree& tree, const GenerateOptions& options, GenerationPlan& plan) {
    if (options.target == Target::diff) {
        Diagnostics ignored_diagnostics;
        const HubRows base =
            read_rows(*options.base, options.base_settings, options, ignored_diagnostics);
        RowChanges changes =
            find_changed_rows({*options.base, base.models, options.base_settings},
                              {tree, plan.rows, options.settings}, require_present(options));
        plan.selected = std::move(changes.changed);
        plan.gone = std::move(changes.gone);
        return;
    }
    for (std::size_t i = 0; i < plan.rows.size(); ++i) {
        if (is_selected(plan.rows[i], options)) plan.selected.push_back(i);
    }
}

/// Throws, with the reason, when no row is selected for Target::single.
void require_single(const GenerateOptions& options, const GenerationPlan& plan,
                    const Diagnostics& diagnostics) {
    if (options.target != Target::single || !plan.selected.empty()) return;
    const auto& all = diagnostics.all();
    const auto error = std::ranges::find(all, Severity::error, &Diagnostic::severity);
    throw UserError(options.single_path + ": no table lists this model" +
                    (error == all.end() ? "; add a row for it, or use --discover"
                                        : " that can be read; first repair: " + to_text(*error)));
}

/// The claims of invalid rows, without those that settings exclude.
std::vector<EntryClaim> claims_of(const GenerateOptions& options, const InvalidRows& in_error) {
    if (!options.present) return {};
    std::vector<EntryClaim> claims = claim_entries(*options.present, in_error);
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (claims[i] == EntryClaim::none) continue;
        if (is_excluded(options.settings, name_of(options.present->entries[i]).model_path)) {
            claims[i] = EntryClaim::none;
        }
    }
    return claims;
}

/// A model with a claimed entry may be listed in an unusable table, so it keeps its entry.
void leave_out_claimed(const GenerateOptions& options, const std::vector<EntryClaim>& claims,
                       std::vector<ModelRow>& rows) {
    std::set<std::string> paths;
    for (std::size_t i = 0; i < claims.size(); ++i) {
        if (claims[i] == EntryClaim::none) continue;
        paths.insert(name_of(options.present->entries[i]).model_path);
    }
    std::erase_if(rows, [&](const ModelRow& row) {
        return !states_opset(row) && !row.stated && paths.contains(row.model_path);
    });
}

EntryName name_of_row(const ModelRow& row) {
    return {row.name, row.model_path, row.opset_version};
}

/// The names that rows have in the present manifest, where models of a [[source]] may have longer
/// ones.
std::vector<EntryName> present_names_of(const std::vector<ModelRow>& rows,
                                        const ManifestDocument& present) {
    std::unordered_map<std::string_view, EntryName> by_path;
    const bool has_sources = std::ranges::any_of(
        rows, [](const ModelRow& row) { return name_choice_of(row).has_value(); });
    if (has_sources) {
        for (const ManifestEntry& entry : present.entries) {
            if (entry.entry) by_path.emplace(entry.entry->model_path, name_of(entry));
        }
    }
    std::vector<EntryName> names;
    for (const ModelRow& row : rows) {
        const auto found = by_path.find(row.model_path);
        const bool is_longer = name_choice_of(row) && found != by_path.end();
        names.push_back(is_longer ? found->second : name_of_row(row));
    }
    return names;
}

/// Which present entries remain if no fresh entry continues them.
std::vector<bool> staying_entries(const ManifestDocument& present, const GenerateOptions& options,
                                  const Retained& retained, const std::vector<EntryName>& gone) {
    const std::set<EntryName> removed(gone.begin(), gone.end());
    std::vector<bool> stays(present.entries.size());
    for (std::size_t i = 0; i < stays.size(); ++i) {
        const bool is_claimed =
            i < retained.claims.size() && retained.claims[i] != EntryClaim::none;
        stays[i] = is_claimed || (options.target != Target::all &&
                                  !removed.contains(name_of(present.entries[i])));
    }
    return stays;
}

ManifestUpdate update_manifest(const GenerationPlan& plan, std::vector<FreshEntry> fresh,
                               const std::vector<Boxed<NameChoice>>& choices,
                               const InvalidRows& not_made, const GenerateOptions& options,
                               Diagnostics& diagnostics) {
    static const ManifestDocument nothing;
    const ManifestDocument& present = options.present ? *options.present : nothing;
    Retained retained{claims_of(options, not_made), options.earlier};
    add_claims(plan.claims, retained.claims);
    PartialChange change;
    change.gone = present_names_of(plan.gone, present);
    name_entries(fresh, choices, present, staying_entries(present, options, retained, change.gone),
                 diagnostics);
    if (options.target == Target::all) return replace_all(present, std::move(fresh), retained);
    change.fresh = std::move(fresh);
    change.retained = std::move(retained);
    change.row_order = present_names_of(plan.rows, present);
    return replace_some(require_present(options), std::move(change));
}

/// What is missing for a model that was described without its content; nullopt when complete.
std::optional<MissingContent> missing_content(const ModelDescription& model) {
    if (!model.bytes_missing || model.ports != PortSource::none) return std::nullopt;
    const bool is_only_unread =
        model.lacks_opset || (!states_opset(*model.row) && !model.diagnostics.has_errors());
    if (!model.entry && !is_only_unread) return std::nullopt;
    // A model without facts has an error or no row.
    const ContentFacts facts = model.facts.value_or(ContentFacts{});
    return MissingContent{model.row->model_path, facts.sha, facts.size_bytes,
                          model.entry.has_value()};
}

/// The entry of a model of which only the row and the pointer are known.
Entry entry_of(ModelRow row, const PointerFacts& pointer) {
    Entry entry;
    entry.model = std::move(row.name);
    entry.model_path = std::move(row.model_path);
    entry.onnx_version = std::move(row.onnx_version);
    entry.opset_version = row.opset_version;
    entry.content = {pointer.sha, pointer.size_bytes};
    entry.tags = std::move(row.tags);
    return entry;
}

/// Of a result with `pointer`.
void make_complete(ModelRow row, RowResult& result) {
    const PointerFacts pointer = *std::exchange(result.pointer, std::nullopt);
    result.missing = MissingContent{row.model_path, pointer.sha, pointer.size_bytes};
    result.entry = entry_of(std::move(row), pointer);
}

RowResult row_result(std::size_t position, ModelDescription model) {
    RowResult result;
    result.position = position;
    result.ports = model.ports;
    result.naming = name_choice_of(*model.row);
    result.diagnostics = std::move(model.diagnostics);
    std::optional<MissingContent> missing = missing_content(model);
    if (missing && model.entry) {
        const PointerFacts pointer{missing->sha, missing->size_bytes};
        if (*model.entry == entry_of(*model.row, pointer)) {
            result.pointer = pointer;
            return result;
        }
    }
    result.missing = std::move(missing);
    if (model.entry) {
        result.entry = *model.entry;
        return result;
    }
    const ModelRow& row = *model.row;
    result.row = BrokenRow{row.source_file, row.line, row.name, row.model_path};
    return result;
}

}  // namespace

GenerationPlan plan_generation(const Tree& tree, const GenerateOptions& options,
                               Diagnostics& diagnostics) {
    HubRows all = read_rows(tree, options.settings, options, diagnostics);
    require_a_hub(all, options);
    GenerationPlan plan;
    plan.claims = claims_of(options, invalid_rows(all));
    plan.undescribed = std::move(all.undescribed);
    plan.rows = std::move(all.models);
    leave_out_claimed(options, plan.claims, plan.rows);
    select_rows(tree, options, plan);
    require_single(options, plan, diagnostics);
    return plan;
}

std::vector<RowResult> make_rows(const Tree& tree, const GenerationPlan& plan,
                                 const std::vector<std::size_t>& positions,
                                 const GenerateOptions& options, FactStatistics* statistics) {
    std::vector<const ModelRow*> rows;
    rows.reserve(positions.size());
    for (const std::size_t i : positions) rows.push_back(&plan.rows[i]);
    CarriedPorts carried;
    if (options.carry) carried.add(*options.carry);
    if (options.present && options.present != options.carry) carried.add(*options.present);
    for (const ManifestDocument* document : options.earlier) carried.add(*document);
    DescribeOptions describe{&options.settings, &carried,       options.inference,
                             options.observer,  options.rehash, options.jobs};
    describe.elsewhere = options.elsewhere;
    describe.peeked = options.peeked;
    const ModelDescriber describer(tree, std::move(rows), describe);
    if (statistics) *statistics = describer.statistics();
    std::vector<RowResult> results(positions.size());
    for_each_index(positions.size(), options.jobs, [&](std::size_t k) {
        results[k] = row_result(positions[k], describer.describe(k));
    });
    return results;
}

void make_complete(const GenerationPlan& plan, std::vector<RowResult>& results) {
    for (RowResult& result : results) {
        if (result.pointer) make_complete(plan.rows[result.position], result);
    }
}

GenerateResult join_rows(GenerationPlan plan, std::vector<RowResult> results,
                         const GenerateOptions& options, Diagnostics& diagnostics) {
    GenerateResult joined;
    std::vector<FreshEntry> fresh;
    std::vector<Boxed<NameChoice>> choices;
    InvalidRows not_made;
    fresh.reserve(results.size());
    choices.reserve(results.size());
    joined.missing.reserve(static_cast<std::size_t>(std::ranges::count_if(
        results, [](const RowResult& row) { return row.missing || row.pointer; })));
    const bool uses_up_rows = options.target == Target::all;
    for (RowResult& row : results) {
        if (row.pointer) {
            ModelRow& named = plan.rows[row.position];
            make_complete(uses_up_rows ? std::move(named) : named, row);
        }
        if (row.missing) joined.missing.push_back(std::move(*row.missing));
        diagnostics.append(std::move(row.diagnostics));
        if (row.ports == PortSource::graph) joined.read_ports += 1;
        if (row.ports == PortSource::peeked) joined.peeked_ports += 1;
        if (row.ports == PortSource::carried) joined.carried_ports += 1;
        if (row.entry) {
            fresh.push_back({std::move(row.entry), row.position});
            choices.push_back(std::move(row.naming));
        } else {
            not_made.rows.push_back(std::move(*row.row));
        }
    }
    // These free memory, which `= {}` does not.
    std::vector<RowResult>().swap(results);
    if (uses_up_rows) std::vector<ModelRow>().swap(plan.rows);
    return_free_memory();
    joined.unmade = not_made.rows.size();
    joined.update =
        update_manifest(plan, std::move(fresh), choices, not_made, options, diagnostics);
    return joined;
}

GenerateResult generate(const Tree& tree, const GenerateOptions& options,
                        Diagnostics& diagnostics) {
    GenerationPlan plan = plan_generation(tree, options, diagnostics);
    FactStatistics statistics;
    auto rows = make_rows(tree, plan, plan.selected, options, &statistics);
    GenerateResult result = join_rows(std::move(plan), std::move(rows), options, diagnostics);
    result.statistics = statistics;
    diagnostics.append(tree.notes());  // last, since listing the tree adds notes
    return result;
}

}  // namespace onnxhub
