// SPDX-License-Identifier: Apache-2.0
#include "sources/source_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "sources/license_finder.h"
#include "sources/model_discovery.h"
#include "sources/official_rows.h"
#include "sources/row_settings.h"
#include "sources/source_merge.h"
#include "sources/source_reader.h"

namespace onnxhub {
namespace {

/// Bytes of globs times bytes of paths: some minutes for the slowest globs.
constexpr std::uint64_t glob_work_limit = 100'000'000'000;

SourceResult read_source(const SourceRequest& request) {
    switch (request.source.kind) {
        case SourceKind::tables:
            return read_table_source(request);
        case SourceKind::files:
            return read_file_source(request);
        case SourceKind::sidecar:
            return read_sidecar_source(request);
        case SourceKind::records:
            return read_record_source(request);
        case SourceKind::links:
            return read_link_source(request);
    }
    return {};
}

/// Work is in proportion to the text of the globs and to the paths that they are matched with.
void require_little_work(const Settings& settings, const std::vector<std::string>& files) {
    std::uint64_t glob_bytes = 0;
    std::uint64_t path_bytes = 0;
    const auto count = [&](const std::vector<std::string>& globs) {
        for (const std::string& glob : globs) glob_bytes += glob.size();
    };
    for (const SourceSettings& source : settings.sources) count(source.paths);
    for (const SourceOverride& change : settings.overrides) count(change.paths);
    for (const std::string& file : files) path_bytes += file.size();
    if (glob_bytes == 0 || path_bytes <= glob_work_limit / glob_bytes) return;
    throw UserError(fmt::format(
        "{}: the globs of [[source]] and [[override]] have {} bytes, too many for {} files; use "
        "fewer or shorter globs",
        settings.file, glob_bytes, files.size()));
}

template <class Item>
void append(std::vector<Item>& all, std::vector<Item> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

std::vector<std::string> models_of(const std::vector<std::string>& files,
                                   const Settings& settings) {
    std::vector<std::string> models;
    std::ranges::copy_if(files, std::back_inserter(models), [&](const std::string& file) {
        return file.ends_with(model_suffix) && !is_excluded(settings, file);
    });
    return models;
}

bool has_match_warning(const Diagnostics& diagnostics) {
    return std::ranges::any_of(diagnostics.all(), [](const Diagnostic& diagnostic) {
        return diagnostic.rule == rule_id::source_matches_nothing;
    });
}

/// Reads the sources of one hub.
class SourceRows {
public:
    SourceRows(const Tree& tree, const Settings& settings, unsigned jobs, Diagnostics& diagnostics)
        : tree_(tree),
          settings_(settings),
          jobs_(jobs),
          diagnostics_(diagnostics),
          files_(tree.list()),
          models_(models_of(files_, settings)),
          merge_(settings, diagnostics) {
        hub_.has_sources = !settings.sources.empty();
    }

    HubRows read() {
        require_little_work(settings_, files_);
        if (settings_.sources.empty()) add_official(0, 0);
        for (std::size_t i = 0; i < settings_.sources.size(); ++i) add_source(i);
        append(hub_.broken, merge_.take_broken());
        LicenseFinder licenses(tree_, files_, settings_);
        merge_.add_licenses(licenses);
        find_undescribed();
        report_unused_overrides();
        hub_.models = merge_.take();
        std::erase_if(hub_.models,
                      [&](const ModelRow& row) { return is_excluded(settings_, row.model_path); });
        return std::move(hub_);
    }

private:
    void add_source(std::size_t position) {
        const SourceSettings& source = settings_.sources[position];
        if (reads_official_tables(source)) {
            add_official(position, source.line);
            return;
        }
        SourceResult result = read_source({tree_, files_, models_, settings_, source, jobs_});
        if (result.models.empty() && result.broken.empty() && result.lost_files.empty() &&
            !has_match_warning(result.diagnostics)) {
            report_no_match(source.line, "this [[source]] describes no model");
        }
        diagnostics_.append(std::move(result.diagnostics));
        append(hub_.broken, std::move(result.broken));
        append(hub_.lost_readmes, std::move(result.lost_files));
        for (std::string& path : result.mismatches) {
            mismatches_.try_emplace(std::move(path), source.line);
        }
        for (DescribedModel& model : result.models) strip_tags_of(model);
        merge_.add(position, result.models);
    }

    void add_official(std::size_t position, int line) {
        HubRows official = read_official_rows(tree_, settings_, jobs_, diagnostics_);
        if (official.models.empty() && official.broken.empty() && !official.is_root_unusable &&
            line > 0) {
            report_no_match(line, "the tables of this [[source]] describe no model");
        }
        hub_.has_readme = official.has_readme;
        hub_.has_table = official.has_table;
        hub_.has_lost_root |= official.has_lost_root;
        hub_.is_root_unusable |= official.is_root_unusable;
        append(hub_.broken, std::move(official.broken));
        append(hub_.lost_readmes, std::move(official.lost_readmes));
        merge_.add_official(position, std::move(official.models));
    }

    void strip_tags_of(DescribedModel& model) const {
        ModelRow row;
        row.tags = std::move(model.tags);
        strip_tags(settings_, row);
        model.tags = std::move(row.tags);
    }

    void report_no_match(int line, std::string message) {
        diagnostics_.report({Severity::warning, rule_id::source_matches_nothing, settings_.file,
                             line, std::move(message), "correct its globs, or remove it"});
    }

    /// Models that nothing describes, and no source in error either. With `discover` they get rows.
    void find_undescribed() {
        const InvalidStatements invalid(hub_);
        for (const std::string& file : models_) {
            if (merge_.has_model(file) || invalid.may_describe(file)) continue;
            if (settings_.discover) {
                merge_.use_overrides_of(file);
            } else if (hub_.has_sources) {
                report_undescribed(file);
            }
        }
    }

    void report_undescribed(const std::string& file) {
        hub_.undescribed.push_back(file);
        const auto mismatch = mismatches_.find(file);
        diagnostics_.report(
            {Severity::warning, rule_id::model_undescribed, file, 0,
             mismatch == mismatches_.end()
                 ? "no source describes this model, so it has no entry"
                 : fmt::format("the pattern of the [[source]] at {}:{} does not match this path, "
                               "and no other source describes the model, so it has no entry",
                               settings_.file, mismatch->second),
             "extend a source, or exclude the model"});
    }

    void report_unused_overrides() {
        for (const int line : merge_.unused_overrides()) {
            report_no_match(line, "this [[override]] matches no model");
        }
    }

    const Tree& tree_;
    const Settings& settings_;
    const unsigned jobs_;
    Diagnostics& diagnostics_;
    const std::vector<std::string> files_;
    const std::vector<std::string> models_;
    SourceMerge merge_;
    std::map<std::string, int> mismatches_;  ///< path → line of the [[source]]
    HubRows hub_;
};

}  // namespace

HubRows read_source_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                         Diagnostics& diagnostics) {
    return SourceRows(tree, settings, jobs, diagnostics).read();
}

}  // namespace onnxhub
