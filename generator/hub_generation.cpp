// SPDX-License-Identifier: Apache-2.0
#include "generator/hub_generation.h"

#include <memory>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "generator/elsewhere_rows.h"
#include "generator/generation_peek.h"
#include "generator/hub_stamps.h"
#include "manifest/hub_path.h"
#include "manifest/json.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::string clean_single_path(const std::string& path) {
    auto clean = clean_hub_path("", path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        throw UserError(path + ": " + unsafe->reason +
                        "; give the model's path from the hub's top folder");
    }
    return std::get<std::string>(std::move(clean));
}

/// One run: what generate() needs, kept alive together. Options point into it, so it cannot move.
class HubGeneration {
public:
    HubGeneration(const GenerationRequest& request, FetchObserver& observer,
                  Diagnostics& diagnostics)
        : request_(request), observer_(observer), diagnostics_(diagnostics) {
        if (request_.locks_hub) lock_.emplace(lock_hub(request_.folder, observer_));
        hub_ = open_hub(request_.folder, request_.revision);
        if (lock_ && !request_.revision) stamps_.emplace(hub_);
    }

    GeneratedHub run(ShapeInference* inference, ContentObserver* content) {
        read_manifests();
        set_options();
        options_.inference = inference;
        options_.observer = content;
        GenerationPlan plan = plan_generation(*hub_.tree, options_, diagnostics_);
        ManifestPart part;
        part.shard = request_.shard.value_or(Shard{});
        if (request_.shard || request_.fetch) {
            part.inputs =
                inputs_digest(plan, options_.settings, generated_.present_text, state_text(hub_));
        }
        part.rows = make_rows(*hub_.tree, plan, plan.selected, options_, &part.statistics);
        if (request_.peek) {
            peek(plan, part.rows);
            if (request_.peek->is_dry) return std::move(generated_);
        }
        if (request_.fetch) {
            fetch_missing(hub_, plan, options_, *request_.fetch, {part.shard, part.inputs},
                          part.rows, diagnostics_, observer_);
        }
        if (request_.fetch_elsewhere) {
            ElsewhereOptions options = *request_.fetch_elsewhere;
            options.inference = inference;
            fetch_elsewhere(*hub_.tree, plan, options_, options, part.rows, diagnostics_,
                            observer_);
        }
        if (request_.shard) {
            finish_part(plan, std::move(part));
        } else {
            join(std::move(plan), std::move(part));
        }
        generated_.lock = std::move(lock_);
        generated_.present = std::move(present_);
        return std::move(generated_);
    }

private:
    void read_manifests() {
        const std::string path(manifest_file_name);
        if (auto text = read_hub_file(*hub_.tree, path, json_size_limit)) {
            generated_.present_text = std::move(*text);
            present_ = read_manifest(generated_.present_text, path);
        }
        if (request_.carry_file) {
            carry_ = read_manifest(read_file(*request_.carry_file, json_size_limit),
                                   *request_.carry_file);
        }
    }

    void set_options() {
        options_.settings = read_settings(*hub_.tree, request_.settings_file, diagnostics_);
        generated_.ignored_rules = options_.settings.ignored_rules;
        options_.target = request_.target;
        options_.shard = request_.shard;
        if (request_.target == Target::single) {
            options_.single_path = clean_single_path(request_.single_path);
        }
        open_base();
        read_earlier();
        for (Settings* settings : {&options_.settings, &options_.base_settings}) {
            settings->exclude.insert(settings->exclude.end(), request_.exclude.begin(),
                                     request_.exclude.end());
            settings->discover |= request_.discover;
        }
        options_.discover = options_.settings.discover;
        options_.rehash = request_.rehash;
        options_.jobs = request_.jobs;
        options_.present = present_ ? &*present_ : nullptr;
        options_.carry = carry_ ? &*carry_ : options_.present;
        for (const ManifestDocument& document : earlier_) options_.earlier.push_back(&document);
    }

    void open_base() {
        if (request_.target != Target::diff && !request_.base) return;
        const auto& repository = hub_.repository;
        if (!repository) {
            throw UserError(hub_.folder.string() +
                            ": is not in a git repository, so there is nothing to compare with; "
                            "use --target all");
        }
        const CommitId head = hub_.commit ? *hub_.commit : repository->resolve_commit("HEAD");
        const CommitId base = repository->merge_base(
            repository->resolve_commit(request_.base.value_or("HEAD")), head);
        base_ = repository->tree_of(base, hub_.subfolder);
        if (request_.target != Target::diff) return;  // only the manifest of the base is needed
        options_.base = base_.get();
        Diagnostics ignored_diagnostics;
        options_.base_settings =
            read_settings(*base_, request_.settings_file,
                          request_.settings_file ? diagnostics_ : ignored_diagnostics);
    }

    /// A commit may know what the present manifest has lost, for example when it was regenerated
    /// while a table had an error.
    void read_earlier() {
        if (hub_.repository && !hub_.commit) {
            std::optional<CommitId> head;
            try {
                head = hub_.repository->resolve_commit("HEAD");
            } catch (const UserError&) {  // no commit yet
            }
            if (head) add_earlier(*hub_.repository->tree_of(*head, hub_.subfolder));
        }
        if (base_) add_earlier(*base_);
    }

    /// Adds the manifest of `tree` if it is another one and can be read: it is only a supplement.
    void add_earlier(const Tree& tree) {
        try {
            auto text = read_hub_file(tree, std::string(manifest_file_name), json_size_limit);
            if (!text || *text == generated_.present_text) return;
            auto parsed = parse_manifest(std::move(*text));
            if (auto* document = std::get_if<ManifestDocument>(&parsed)) {
                earlier_.push_back(std::move(*document));
            }
        } catch (const UserError&) {  // such as a blob that a partial clone left out
        }
    }

    void peek(const GenerationPlan& plan, std::vector<RowResult>& rows) {
        const PeekOptions options =
            peek_options(*request_.peek, hub_, options_.settings.peek_mirrors);
        make_complete(plan, rows);
        const std::vector<PeekTarget> targets = models_to_peek(rows);
        if (request_.peek->is_dry) {
            generated_.peeked = estimate_peek(targets, options);
            return;
        }
        peeked_ = peek_graphs(targets, options, observer_);
        generated_.peeked = peeked_->summary();
        report_failures(peeked_->summary(), diagnostics_);
        options_.peeked = &*peeked_;
        use_peeked(*hub_.tree, plan, options_, rows);
    }

    void finish_part(const GenerationPlan& plan, ManifestPart part) {
        const ManifestDocument nothing;
        const ManifestDocument& present = present_ ? *present_ : nothing;
        make_complete(plan, part.rows);
        diagnostics_.append(hub_.tree->notes());
        part.diagnostics = diagnostics_;
        part.is_complete = true;
        part.present = present_entries_of(part.shard, present, plan.claims);
        part.earlier = earlier_entries_of(part.shard, options_.earlier, present);
        for (const RowResult& row : part.rows) diagnostics_.append(row.diagnostics);
        generated_.part = std::move(part);
    }

    void join(GenerationPlan plan, ManifestPart part) {
        require_same_state(plan, part.rows);
        generated_.result =
            join_rows(std::move(plan), std::move(part.rows), options_, diagnostics_);
        generated_.result.statistics = part.statistics;
        diagnostics_.append(hub_.tree->notes());  // last, since listing the tree adds to them
    }

    /// Throws UserError if the hub changed while it was read.
    void require_same_state(const GenerationPlan& plan, const std::vector<RowResult>& rows) const {
        if (lock_) lock_->wait_for_git();
        if (!stamps_) return;
        std::vector<std::string> paths;
        for (const RowResult& row : rows) {
            if (request_.fetch) break;  // fetching changes models itself
            paths.push_back(plan.rows[row.position].model_path);
            paths.push_back(plan.rows[row.position].source_file);
            if (!row.entry) continue;
            if (row.entry->archive_path) paths.push_back(*row.entry->archive_path);
            for (const ExternalDataFile& file : row.entry->external_data) {
                paths.push_back(file.path);
            }
        }
        stamps_->require_unchanged(paths);
    }

    const GenerationRequest& request_;
    FetchObserver& observer_;
    Diagnostics& diagnostics_;
    std::optional<HubLock> lock_;
    HubFolder hub_;
    std::optional<HubStamps> stamps_;  ///< of the working tree
    std::unique_ptr<Tree> base_;
    std::optional<ManifestDocument> present_;
    std::optional<ManifestDocument> carry_;
    std::vector<ManifestDocument> earlier_;  ///< of HEAD and of the base, where they differ
    std::optional<PeekedGraphs> peeked_;
    GenerateOptions options_;
    GeneratedHub generated_;
};

}  // namespace

GeneratedHub generate_hub(const GenerationRequest& request, ShapeInference* inference,
                          ContentObserver* content, FetchObserver& observer,
                          Diagnostics& diagnostics) {
    return HubGeneration(request, observer, diagnostics).run(inference, content);
}

bool is_manifest_of(const fs::path& folder, const fs::path& file) {
    std::error_code error;
    const fs::path manifest = folder / std::string(manifest_file_name);
    return fs::weakly_canonical(file, error) == fs::weakly_canonical(manifest, error) && !error;
}

}  // namespace onnxhub
