// SPDX-License-Identifier: Apache-2.0
#include "diff/model_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/escaping.h"
#include "base/user_error.h"
#include "base/utf8.h"
#include "diff/listed_changes.h"
#include "diff/manifest_rows.h"
#include "diff/model_files.h"
#include "diff/model_state.h"
#include "diff/side_rows.h"
#include "diff/state_difference.h"
#include "generator/describe.h"
#include "manifest/diagnostic.h"
#include "manifest/hub_path.h"
#include "model/model_graph.h"

namespace onnxhub {
namespace {

using Kind = ModelChange::Kind;
using States = std::map<std::string, ModelState>;

/// Models of one side that may have changed, and their contents.
struct SideStates {
    States models;
    ContentTable contents;
};

bool say_the_same(const std::vector<ModelRow>& one, const std::vector<ModelRow>& other) {
    return one.size() == other.size() && std::ranges::all_of(one, [&](const ModelRow& row) {
               return std::ranges::any_of(
                   other, [&](const ModelRow& twin) { return row.says_the_same(twin); });
           });
}

bool archives_differ(const std::vector<ModelRow>& rows, ModelFiles& files) {
    return std::ranges::any_of(rows, [&](const ModelRow& row) {
        return row.archive_path && files.file_differs(*row.archive_path);
    });
}

/// Whether the rows of both sides are known and differ.
bool rows_differ(const std::string& path, const SideRows& before, const SideRows& after) {
    return before.knows_rows_of(path, after) && after.knows_rows_of(path, before) &&
           !say_the_same(before.at(path), after.at(path));
}

/// The digest of a model that has URLs, from its rows or the manifest; nothing if it is unknown.
std::optional<Sha256> digest_elsewhere(const std::vector<ModelRow>& rows,
                                       const CarriedPorts& carried) {
    for (const ModelRow& row : rows) {
        if (!row.stated || row.stated->urls.empty()) continue;
        if (row.stated->sha) return row.stated->sha;
        for (const std::string& url : row.stated->urls) {
            if (const Sha256* sha = carried.digest_of(url)) return *sha;
        }
    }
    return std::nullopt;
}

std::vector<PeekTarget> models_not_here(const Descriptions& described) {
    std::vector<PeekTarget> targets;
    for (const ModelDescription& model : described.models) {
        if (!model.bytes_missing || !model.facts) continue;
        targets.push_back({model.row->model_path, model.facts->sha, model.facts->size_bytes});
    }
    return targets;
}

/// Describes the rows, with graphs from servers where options.peek can give them.
Descriptions describe_with_peeks(const Tree& tree, const std::vector<ModelRow>& rows,
                                 DescribeOptions& describe, const DiffOptions& options) {
    Descriptions described = describe_models(tree, rows, describe);
    if (!options.peek) return described;
    const std::vector<PeekTarget> targets = models_not_here(described);
    if (targets.empty()) return described;
    describe.peeked = options.peek(targets);
    return describe_models(tree, rows, describe);
}

/// The touched models that exist on this side.
SideStates states_of(const HubSide& side, const SideRows& rows, const SideRows& other_rows,
                     const std::set<std::string>& touched, const CarriedPorts& carried,
                     const DiffOptions& options) {
    std::vector<ModelRow> wanted;
    for (const std::string& path : touched) {
        const std::vector<ModelRow>& of_model = rows.at(path);
        wanted.insert(wanted.end(), of_model.begin(), of_model.end());
    }
    DescribeOptions describe;
    describe.settings = &side.settings;
    describe.carried = &carried;
    describe.inference = options.inference;
    describe.observer = options.observer;
    describe.jobs = options.jobs;
    Descriptions described = describe_with_peeks(side.tree, wanted, describe, options);
    std::map<std::string, std::vector<const ModelDescription*>> by_path;
    for (const ModelDescription& model : described.models) {
        by_path[model.row->model_path].push_back(&model);
    }
    SideStates states{{}, std::move(described.contents)};
    for (const auto& [path, models] : by_path) {
        auto state = state_of(path, models, states.contents, ModelFiles::has_file(side.tree, path));
        if (!state) continue;
        state->has_rows =
            rows.knows_rows_of(path, other_rows) && other_rows.knows_rows_of(path, rows);
        states.models.emplace(path, std::move(*state));
    }
    return states;
}

/// Pairs removed models with new ones of the same digest; the same file name is preferred.
std::map<std::string, std::string> moves_between(const States& before, const States& after) {
    std::multimap<Sha256, std::string> gone;
    for (const auto& [path, state] : before) {
        if (!after.contains(path) && state.sha) gone.emplace(*state.sha, path);
    }
    std::map<std::string, std::string> moves;
    for (const bool same_name : {true, false}) {
        for (const auto& [path, state] : after) {
            if (before.contains(path) || moves.contains(path) || !state.sha) continue;
            auto [first, last] = gone.equal_range(*state.sha);
            const std::string_view name = file_name(path);
            const auto found = std::find_if(first, last, [&](const auto& candidate) {
                return !same_name || file_name(candidate.second) == name;
            });
            if (found == last) continue;
            moves.emplace(path, found->second);
            gone.erase(found);
        }
    }
    return moves;
}

/// Whether only the values of initializers can differ; false if unknown.
bool has_same_graph(const ContentTable& before, const std::string& old_path,
                    const ContentTable& after, const std::string& path) {
    try {
        const auto old_content = before.open_graph(old_path);
        const auto content = after.open_graph(path);
        if (!old_content || !content) return false;
        const auto digest = digest_without_weights(*content);
        return digest && digest == digest_without_weights(*old_content);
    } catch (const UserError&) {
        return false;
    }
}

void add_note(std::string& notes, const std::string& note) {
    if (!note.empty()) notes += (notes.empty() ? "" : "; ") + note;
}

bool is_about_graph(const FieldChange& change) {
    static constexpr std::string_view of_file[] = {"SHA-256", "size"};
    return std::ranges::find(of_file, change.field) == std::end(of_file);
}

class Comparison {
public:
    Comparison(const HubSide& before, const HubSide& after, const DiffOptions& options)
        : before_(before),
          after_(after),
          options_(options),
          carried_before_(carried_from(before)),
          carried_after_(carried_from(after)),
          files_(before.tree, after.tree) {}

    ModelDiff run() {
        SideRows rows_before = read_side_rows(before_, options_.jobs);
        SideRows rows_after = read_side_rows(after_, options_.jobs);
        std::set<std::string> elsewhere = models_elsewhere_in_manifest(before_);
        elsewhere.merge(models_elsewhere_in_manifest(after_));
        add_manifest_rows(before_, elsewhere, rows_before);
        add_manifest_rows(after_, elsewhere, rows_after);
        add_models_of_unread_readmes(rows_before, rows_after);
        add_models_of_unread_readmes(rows_after, rows_before);
        for (const std::string& note : rows_before.notes) diff_.notes.push_back("before: " + note);
        for (const std::string& note : rows_after.notes) diff_.notes.push_back("now: " + note);
        const auto touched = touched_models(rows_before, rows_after);
        compare(states_of(before_, rows_before, rows_after, touched, carried_before_, options_),
                states_of(after_, rows_after, rows_before, touched, carried_after_, options_));
        compare_listed();
        compare_unusable();
        std::ranges::stable_sort(diff_.models, {}, &ModelChange::path);
        count_unchanged(rows_before, rows_after);
        return std::move(diff_);
    }

private:
    static CarriedPorts carried_from(const HubSide& side) {
        return side.manifest ? CarriedPorts::from(*side.manifest) : CarriedPorts{};
    }

    /// Models of both sides that the change may touch.
    std::set<std::string> touched_models(const SideRows& before, const SideRows& after) {
        std::set<std::string> touched;
        for (const SideRows* side : {&before, &after}) {
            for (const auto& [path, unused] : side->rows) {
                if (files_.differs(path) || has_changes_beside(path) ||
                    rows_differ(path, before, after) || archives_differ(after.at(path), files_) ||
                    digest_before(path, before) != digest_after(path, after)) {
                    touched.insert(path);
                }
            }
        }
        return touched;
    }

    /// Files beside a model may contain its weights, but not those of a model elsewhere.
    bool has_changes_beside(const std::string& path) {
        return files_.has_changes_beside(path) && !has_no_file(path);
    }

    bool has_no_file(const std::string& path) const {
        return !ModelFiles::has_file(before_.tree, path) &&
               !ModelFiles::has_file(after_.tree, path);
    }

    std::optional<Sha256> digest_before(const std::string& path, const SideRows& rows) const {
        return digest_elsewhere(rows.at(path), carried_before_);
    }

    std::optional<Sha256> digest_after(const std::string& path, const SideRows& rows) const {
        return digest_elsewhere(rows.at(path), carried_after_);
    }

    void compare(const SideStates& before, const SideStates& after) {
        const auto moves = moves_between(before.models, after.models);
        std::set<std::string> old_paths;
        for (const auto& [path, old_path] : moves) old_paths.insert(old_path);
        for (const auto& [path, state] : after.models) {
            const auto move = moves.find(path);
            const auto was = before.models.find(move == moves.end() ? path : move->second);
            if (was == before.models.end()) {
                add_lone(state, Kind::added);
            } else {
                add_change(was->second, before.contents, state, after.contents);
            }
        }
        for (const auto& [path, state] : before.models) {
            if (after.models.contains(path) || old_paths.contains(path)) continue;
            add_lone(state, Kind::removed);
        }
    }

    void add_lone(const ModelState& state, Kind kind) {
        ModelChange change;
        change.kind = kind;
        change.path = state.path;
        change.fields = fields_of_lone(state, kind == Kind::added);
        if (!state.has_graph) {
            change.note = (state.sha ? "its graph is not shown: " : "not shown: ") + state.problem;
        }
        diff_.models.push_back(std::move(change));
    }

    /// Adds the change of a model that exists on both sides.
    void add_change(const ModelState& before, const ContentTable& old_contents,
                    const ModelState& after, const ContentTable& contents) {
        ModelChange change;
        change.path = after.path;
        const bool has_moved = before.path != after.path;
        const bool is_same_file = !has_moved && files_.is_proven_same(after.path);
        const bool has_same_bytes = is_same_file || (before.sha && before.sha == after.sha);
        change.fields = compare_states(before, after, has_same_bytes);
        if (!has_same_bytes) {
            add_note(change.note, comparison_note(before, after));
            add_note(change.note, graph_note(before, old_contents, after, contents, change));
        }
        const bool both_elsewhere = before.is_elsewhere && after.is_elsewhere;
        if (!has_moved && !both_elsewhere) {
            add_note(change.note, companions_note(before, after, change));
        }
        if (has_moved) {
            change.kind = Kind::moved;
            change.old_path = before.path;
        } else if (has_same_bytes && change.fields.empty() && change.note.empty()) {
            if (is_same_file || both_elsewhere) return;
            change.kind = Kind::identical;
        } else if (has_same_bytes && before.is_elsewhere != after.is_elsewhere) {
            add_note(change.note, "identical content");
        }
        if (has_same_bytes && has_changed_weights(change)) {
            add_note(change.note, same_graph_note() + "only weights differ");
        }
        diff_.models.push_back(std::move(change));
    }

    static std::string same_graph_note() {
        return "the graph is the same (ports, operators and opsets); ";
    }

    static bool has_changed_weights(const ModelChange& change) {
        return std::ranges::any_of(change.fields, [](const FieldChange& field) {
            return field.field.starts_with("external file ");
        });
    }

    /// A note on what the fields do not show.
    static std::string graph_note(const ModelState& before, const ContentTable& old_contents,
                                  const ModelState& after, const ContentTable& contents,
                                  const ModelChange& change) {
        if (!before.has_graph || !after.has_graph) return "";
        std::size_t graph_fields = 0;
        std::size_t orders = 0;
        for (const FieldChange& field : change.fields) {
            graph_fields += is_about_graph(field);
            orders += field.field.starts_with("order of ");
        }
        if (orders > 0 && orders == graph_fields) {
            return "only the order of the ports differs";
        }
        if (orders > 0 || !has_same_graph(old_contents, before.path, contents, after.path)) {
            return "";
        }
        return same_graph_note() + "only weights differ (or doc strings and metadata)";
    }

    std::string companions_note(const ModelState& before, const ModelState& after,
                                const ModelChange& change) const {
        if (before.has_graph && after.has_graph) return "";
        std::string names;
        for (const std::string& path : files_.changed_companions(after.path)) {
            const bool is_reported = std::ranges::any_of(
                change.fields,
                [&](const FieldChange& field) { return field.field == "external file " + path; });
            if (!is_reported) {
                names += (names.empty() ? "" : ", ") + std::string(file_name(path));
            }
        }
        if (names.empty()) return "";
        return "a file in the same directory changed: " + names +
               " (without the graph, it is unknown whether the file belongs to the model)";
    }

    /// The manifests may describe the same content differently.
    void compare_listed() {
        for (auto& [path, fields] : listed_changes(before_.manifest, after_.manifest)) {
            drop_known(path, fields);
            if (fields.empty()) continue;
            auto change = std::ranges::find(diff_.models, path, &ModelChange::path);
            if (change == diff_.models.end()) {
                ModelChange& added = diff_.models.emplace_back();
                added.path = first_line_not_utf8(path) == 0 ? path : printable(path);
                change = std::prev(diff_.models.end());
            }
            add_note(change->note,
                     "the manifest describes the same content of the model differently");
            change->fields.insert(change->fields.end(), fields.begin(), fields.end());
        }
    }

    /// Removes what the rows show already: a row and the entry that was made from it change alike.
    void drop_known(const std::string& path, std::vector<FieldChange>& fields) const {
        const auto change = std::ranges::find(diff_.models, path, &ModelChange::path);
        if (change == diff_.models.end()) return;
        std::set<FieldChange> known(change->fields.begin(), change->fields.end());
        for (const FieldChange& field : change->fields) {
            known.insert({"listed " + field.field, field.before, field.after});
        }
        std::erase_if(fields, [&](const FieldChange& field) { return known.contains(field); });
    }

    /// Compares git's blobs: a tree cannot read files whose names a hub cannot use.
    void compare_unusable() {
        const auto before = unusable_models(before_.tree, "before: ");
        const auto after = unusable_models(after_.tree, "now: ");
        for (const auto& [path, blob] : after) {
            const auto was = before.find(path);
            if (was == before.end()) {
                add_unusable(path, Kind::added);
            } else if (blob && blob == was->second) {
                diff_.unchanged += 1;
            } else {
                add_unusable(path, Kind::changed);
            }
        }
        for (const auto& [path, blob] : before) {
            if (!after.contains(path)) add_unusable(path, Kind::removed);
        }
    }

    std::map<std::string, std::optional<BlobId>> unusable_models(const Tree& tree,
                                                                 const char* side) {
        std::map<std::string, std::optional<BlobId>> models;
        try {
            for (const UnusableFile& file : tree.unusable_files()) {
                if (file.path.ends_with(".onnx")) models.emplace(file.path, file.blob);
            }
        } catch (const UserError& error) {
            diff_.notes.push_back(std::string(side) +
                                  "not compared: files with names that a hub cannot use; " +
                                  error.what());
        }
        return models;
    }

    void add_unusable(const std::string& path, Kind kind) {
        ModelChange change;
        change.kind = kind;
        // Reports are UTF-8, but the path may not be.
        change.path = first_line_not_utf8(path) == 0 ? path : printable(path);
        change.note = "not inspected: a hub cannot use its name; rename it";
        diff_.models.push_back(std::move(change));
    }

    /// Counts models of both sides without a change that are certainly the same.
    void count_unchanged(const SideRows& rows_before, const SideRows& rows_after) {
        std::set<std::string_view> reported;
        for (const ModelChange& change : diff_.models) reported.insert(change.path);
        for (const auto& [path, unused] : rows_after.rows) {
            if (reported.contains(path) || !rows_before.rows.contains(path)) continue;
            if (files_.is_proven_same(path) || is_same_elsewhere(path, rows_before, rows_after)) {
                diff_.unchanged += 1;
            }
        }
    }

    /// Whether the model is elsewhere on both sides, with the same known digest.
    bool is_same_elsewhere(const std::string& path, const SideRows& rows_before,
                           const SideRows& rows_after) const {
        const auto digest = digest_after(path, rows_after);
        return digest && digest == digest_before(path, rows_before) && has_no_file(path) &&
               rows_before.knows_rows_of(path, rows_after) &&
               rows_after.knows_rows_of(path, rows_before);
    }

    const HubSide& before_;
    const HubSide& after_;
    const DiffOptions& options_;
    CarriedPorts carried_before_;
    CarriedPorts carried_after_;
    ModelFiles files_;
    ModelDiff diff_;
};

}  // namespace

ModelDiff compare_models(const HubSide& before, const HubSide& after, const DiffOptions& options) {
    return Comparison(before, after, options).run();
}

}  // namespace onnxhub
