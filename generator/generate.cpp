// SPDX-License-Identifier: Apache-2.0
#include "generator/generate.h"

#include <algorithm>
#include <utility>

#include "generator/changed_rows.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

struct AllRows {
    std::vector<ReadmeModel> rows;
    bool has_readme = false;
    bool has_table = false;
};

AllRows read_rows(const Tree& tree, const Settings& settings, const GenerateOptions& options,
                  Diagnostics& diagnostics) {
    HubRows hub = read_hub_rows(tree, settings, options.jobs, diagnostics);
    AllRows all{std::move(hub.models), hub.has_readme, hub.has_table};
    if (options.discover) {
        auto found = discover_models(tree, settings, all.rows);
        std::move(found.begin(), found.end(), std::back_inserter(all.rows));
    }
    return all;
}

void require_a_hub(const AllRows& all, const GenerateOptions& options) {
    const std::string readme(readme_file_name);
    if (options.discover) return;
    if (!all.has_readme) {
        throw EnvironmentError(readme +
                               ": does not exist; run this at the hub's top folder, or use "
                               "--discover for a repository without tables");
    }
    if (!all.has_table) {
        throw EnvironmentError(readme +
                               ": has no table with a column \"Model Class\"; add one that "
                               "links to the model folders, or use --discover");
    }
}

/// The rows to make entries for, each with its place among all rows.
struct Selection {
    std::vector<std::size_t> positions;
    std::vector<ReadmeModel> gone;
};

const ManifestDocument& require_present(const GenerateOptions& options) {
    if (options.present) return *options.present;
    throw EnvironmentError(std::string(manifest_file_name) +
                           ": does not exist, so there is nothing to update; run `onnxhub "
                           "generate` with --target all first");
}

Selection select_rows(const Tree& tree, const std::vector<ReadmeModel>& rows,
                      const GenerateOptions& options) {
    Selection selection;
    if (options.target == Target::diff) {
        Diagnostics troubles_of_the_past;
        const AllRows base =
            read_rows(*options.base, options.base_settings, options, troubles_of_the_past);
        RowChanges changes =
            find_changed_rows({*options.base, base.rows, options.base_settings},
                              {tree, rows, options.settings}, require_present(options));
        selection.positions = std::move(changes.changed);
        selection.gone = std::move(changes.gone);
        return selection;
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (options.target == Target::single && rows[i].model_path != options.single_path) continue;
        selection.positions.push_back(i);
    }
    if (options.target == Target::single && selection.positions.empty()) {
        throw EnvironmentError(options.single_path +
                               ": no table lists this model; add a row for it, "
                               "or use --discover");
    }
    return selection;
}

EntryName name_of_row(const ReadmeModel& row) {
    return {row.name, row.model_path, row.opset_version};
}

ManifestUpdate update_manifest(const std::vector<ReadmeModel>& rows, const Selection& selection,
                               std::vector<FreshEntry> fresh,
                               const std::vector<EntryName>& not_made,
                               const GenerateOptions& options) {
    static const ManifestDocument nothing;
    if (options.target == Target::all) {
        return replace_all(options.present ? *options.present : nothing, fresh);
    }
    PartialChange change;
    change.fresh = std::move(fresh);
    change.gone = not_made;
    for (const ReadmeModel& row : selection.gone) change.gone.push_back(name_of_row(row));
    for (const ReadmeModel& row : rows) change.row_order.push_back(name_of_row(row));
    return replace_some(require_present(options), change);
}

/// What is missing of a model that was described without its bytes; nothing when nothing is.
std::optional<MissingContent> missing_content(const ModelDescription& model) {
    if (!model.bytes_missing || model.ports != PortSource::none) return std::nullopt;
    if (!model.entry && (!is_discovered(model.row) || model.diagnostics.has_errors())) {
        return std::nullopt;
    }
    return MissingContent{model.row.model_path, model.facts ? model.facts->size_bytes : 0,
                          model.entry.has_value()};
}

}  // namespace

GenerateResult generate(const Tree& tree, const GenerateOptions& options,
                        Diagnostics& diagnostics) {
    const AllRows all = read_rows(tree, options.settings, options, diagnostics);
    require_a_hub(all, options);
    const Selection selection = select_rows(tree, all.rows, options);

    std::vector<ReadmeModel> rows;
    rows.reserve(selection.positions.size());
    for (const std::size_t i : selection.positions) rows.push_back(all.rows[i]);
    const CarriedPorts carried =
        options.carry ? CarriedPorts::from(*options.carry) : CarriedPorts{};
    Descriptions described = describe_models(tree, std::move(rows),
                                             {&options.settings, &carried, options.inference,
                                              options.observer, options.rehash, options.jobs});

    GenerateResult result;
    result.statistics = described.statistics;
    std::vector<FreshEntry> fresh;
    std::vector<EntryName> not_made;
    for (std::size_t k = 0; k < described.models.size(); ++k) {
        ModelDescription& model = described.models[k];
        if (auto missing = missing_content(model)) result.missing.push_back(*missing);
        diagnostics.append(std::move(model.diagnostics));
        if (model.ports == PortSource::graph) result.read_ports += 1;
        if (model.ports == PortSource::carried) result.carried_ports += 1;
        if (!model.entry) {
            not_made.push_back(name_of_row(model.row));
            continue;
        }
        fresh.push_back({std::move(*model.entry), selection.positions[k]});
    }
    result.update = update_manifest(all.rows, selection, std::move(fresh), not_made, options);
    diagnostics.append(tree.notes());  // last, since listing the tree adds to them
    return result;
}

}  // namespace onnxhub
