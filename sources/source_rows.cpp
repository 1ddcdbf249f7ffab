// SPDX-License-Identifier: Apache-2.0
#include "sources/source_rows.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "manifest/rule_ids.h"
#include "sources/license_finder.h"
#include "sources/official_rows.h"
#include "sources/row_settings.h"
#include "sources/source_merge.h"
#include "sources/source_reader.h"

namespace onnxhub {
namespace {

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

template <class Item>
void append(std::vector<Item>& all, std::vector<Item> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
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
          merge_(diagnostics) {
        hub_.has_sources = true;
    }

    HubRows read() {
        if (settings_.sources.empty()) add_official(0, 0);
        for (std::size_t i = 0; i < settings_.sources.size(); ++i) add_source(i);
        apply_overrides();
        LicenseFinder licenses(tree_, files_, settings_);
        merge_.add_licenses(licenses);
        report_undescribed();
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
        SourceResult result = read_source({tree_, files_, settings_, source, jobs_});
        diagnostics_.append(std::move(result.diagnostics));
        if (result.models.empty() && result.broken.empty() && result.lost_files.empty()) {
            report_no_match(source.line, "this [[source]] describes no model");
        }
        append(hub_.broken, std::move(result.broken));
        append(hub_.lost_readmes, std::move(result.lost_files));
        for (DescribedModel& model : result.models) strip_tags_of(model);
        merge_.add(position, std::move(result.models));
    }

    /// The first override that states a fact wins, so it comes last.
    void apply_overrides() {
        std::vector<int> unused;  // lines
        for (auto change = settings_.overrides.rbegin(); change != settings_.overrides.rend();
             ++change) {
            if (!merge_.apply(*change, settings_.file)) unused.push_back(change->line);
        }
        for (auto line = unused.rbegin(); line != unused.rend(); ++line) {
            report_no_match(*line, "this [[override]] matches no model");
        }
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

    void report_undescribed() {
        if (settings_.sources.empty()) return;
        for (const std::string& file : files_) {
            if (!file.ends_with(model_suffix) || merge_.has_model(file) ||
                is_excluded(settings_, file)) {
                continue;
            }
            hub_.undescribed.push_back(file);
            diagnostics_.report({Severity::warning, rule_id::model_undescribed, file, 0,
                                 "no source describes this model, so it has no entry",
                                 "extend a source, or exclude the model"});
        }
    }

    const Tree& tree_;
    const Settings& settings_;
    const unsigned jobs_;
    Diagnostics& diagnostics_;
    const std::vector<std::string> files_;
    SourceMerge merge_;
    HubRows hub_;
};

}  // namespace

HubRows read_source_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                         Diagnostics& diagnostics) {
    return SourceRows(tree, settings, jobs, diagnostics).read();
}

}  // namespace onnxhub
