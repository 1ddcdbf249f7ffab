// SPDX-License-Identifier: Apache-2.0
#include "sources/source_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/license_name.h"
#include "sources/row_settings.h"
#include "sources/stated_values.h"

namespace onnxhub {
namespace {

std::string stem_of(const std::string& model_path) {
    std::string stem(file_name(model_path));
    if (stem.ends_with(model_suffix)) stem.resize(stem.size() - model_suffix.size());
    return stem;
}

/// Whether a second statement of the fact must agree with the first: names and descriptions are
/// wordings.
bool is_comparable(Fact fact) {
    return fact != Fact::name && fact != Fact::description;
}

std::string place_text(const FactOrigin& origin) {
    return origin.line > 0 ? fmt::format("{}:{}", *origin.file, origin.line) : *origin.file;
}

}  // namespace

SourceMerge::SourceMerge(const Settings& settings, Diagnostics& diagnostics)
    : diagnostics_(diagnostics), has_sources_(!settings.sources.empty()), overrides_(settings) {}

void SourceMerge::add_official(std::size_t source, std::vector<ModelRow> rows) {
    for (ModelRow& row : rows) {
        by_path_[row.model_path].push_back(drafts_.size());
        Draft& draft = drafts_.emplace_back();
        draft.stated.source = source;
        draft.stated.is_official = true;
        const auto note = [&](Fact fact, std::string value) {
            draft.statements[fact] = {std::move(value), origin_of(fact, row.source_file, row.line)};
        };
        note(Fact::name, row.name);
        note(Fact::opset, std::to_string(row.opset_version));
        note(Fact::onnx_version,
             canonical_value(Fact::onnx_version, row.onnx_version).value_or(row.onnx_version));
        note(Fact::tags, "");
        if (row.archive_path) note(Fact::test_data, *row.archive_path);
        draft.row = std::move(row);
        draft.overridden = overrides_.apply(draft.row, draft.stated);
        for (const auto& [fact, statement] : draft.statements) {
            if (!draft.overridden.contains(fact)) draft.stated.origins.push_back(statement.origin);
        }
    }
}

void SourceMerge::add(std::size_t source, const std::vector<DescribedModel>& models) {
    for (const DescribedModel& model : models) {
        const auto known = by_path_.find(model.model_path);
        if (known == by_path_.end()) {
            fill(new_draft(model, source), model);
        } else if (!refuse_other_url(drafts_[known->second.front()], model)) {
            for (const std::size_t i : known->second) fill(drafts_[i], model);
        }
    }
}

SourceMerge::Draft& SourceMerge::new_draft(const DescribedModel& model, std::size_t source) {
    by_path_[model.model_path].push_back(drafts_.size());
    Draft& draft = drafts_.emplace_back();
    draft.stated.source = source;
    draft.row.source_file = model.source_file;
    draft.row.line = model.line;
    draft.row.cells = model.cells;
    draft.row.model_path = model.model_path;
    draft.overridden = overrides_.apply(draft.row, draft.stated);
    return draft;
}

bool SourceMerge::refuse_other_url(const Draft& draft, const DescribedModel& model) {
    const auto& urls = draft.stated.urls;
    if (urls.empty() || model.urls.empty()) return false;
    if (std::ranges::find(urls, model.urls.front()) != urls.end()) return false;
    diagnostics_.report(
        {Severity::error, rule_id::source_path_clash, model.source_file, model.line,
         fmt::format("{} would have the path {}, as {} has", model.urls.front(), model.model_path,
                     urls.front()),
         "state another path, or move one of them to a document in another directory"});
    broken_.push_back({model.source_file, model.line, model.name.value_or(""), model.model_path});
    return true;
}

void SourceMerge::fill(Draft& draft, const DescribedModel& model) {
    fill_lists(draft, model);
    if (model.name) {
        state(draft, Fact::name, {*model.name, model.line, model.cells.name}, model.source_file);
    }
    for (const auto& [fact, stated] : model.facts) {
        if (draft.overridden.contains(fact) || (fact == Fact::name && model.name)) continue;
        if (fact == Fact::license) {
            state_license(draft, stated, model.source_file);
        } else {
            state(draft, fact, stated, model.source_file);
        }
    }
}

/// Facts with several values: the first source that has any states them all.
void SourceMerge::fill_lists(Draft& draft, const DescribedModel& model) {
    const auto take = [&](Fact fact, const std::vector<std::string>& values,
                          std::vector<std::string>& place) {
        if (values.empty() || draft.overridden.contains(fact)) return;
        FactOrigin origin = origin_of(fact, model.source_file, model.line);
        if (!draft.statements.try_emplace(fact, Statement{"", origin}).second) return;
        place = values;
        draft.stated.origins.push_back(std::move(origin));
    };
    take(Fact::url, model.urls, draft.stated.urls);
    take(Fact::tags, model.tags, draft.row.tags);
    for (const std::string& text : model.distinguish) {
        auto& texts = draft.stated.distinguish;
        if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
    }
}

void SourceMerge::state(Draft& draft, Fact fact, const StatedValue& stated,
                        const std::string& file) {
    if (draft.overridden.contains(fact)) return;
    const auto canonical = canonical_value(fact, stated.text);
    if (!canonical) {
        diagnostics_.report({Severity::error, rule_id::fact_invalid, file, stated.line,
                             fmt::format("the {} \"{}\" of {} is not {}", name_of(fact),
                                         stated.text, draft.row.model_path, form_of(fact)),
                             "correct or remove it", stated.cell});
        return;
    }
    const auto [first, is_first] =
        draft.statements.try_emplace(fact, Statement{*canonical, FactOrigin{}});
    if (!is_first) {
        compare(draft, fact, stated, *canonical, file);
        return;
    }
    first->second.origin = origin_of(fact, file, stated.line);
    draft.stated.origins.push_back(first->second.origin);
    set_value(fact, stated.text, draft.row, draft.stated);
}

/// Licenses are written in many ways. A text that names none is no statement.
void SourceMerge::state_license(Draft& draft, const StatedValue& stated, const std::string& file) {
    auto license = license_of_name(stated.text);
    if (!license) return;
    if (!license->doubt.empty() && doubted_licenses_.insert(license->id).second) {
        diagnostics_.report(
            {Severity::note, rule_id::license_unknown, file, stated.line,
             fmt::format("{}, so the license is \"{}\"", license->doubt, license->id),
             "if it has an SPDX id, state it in [[override]]", stated.cell});
    }
    state(draft, Fact::license, {std::move(license->id), stated.line, stated.cell}, file);
}

void SourceMerge::compare(const Draft& draft, Fact fact, const StatedValue& stated,
                          const std::string& canonical, const std::string& file) {
    const Statement& first = draft.statements.at(fact);
    if (!is_comparable(fact) || first.value == canonical) return;
    diagnostics_.report(
        {Severity::warning, rule_id::facts_contradict, file, stated.line,
         fmt::format("the {} \"{}\" of {} contradicts \"{}\" of {}", name_of(fact), stated.text,
                     draft.row.model_path, first.value, place_text(first.origin)),
         "correct one of them, or decide in [[override]]", stated.cell});
}

FactOrigin SourceMerge::origin_of(Fact fact, const std::string& file, int line) {
    if (!last_file_ || *last_file_ != file) last_file_ = std::make_shared<const std::string>(file);
    return {fact, last_file_, line};
}

void SourceMerge::add_licenses(LicenseFinder& finder) {
    for (Draft& draft : drafts_) {
        if (draft.stated.is_official || draft.stated.about.license) continue;
        const auto found = finder.find(draft.row.model_path, diagnostics_);
        if (!found) continue;
        draft.stated.about.license = found->id;
        draft.stated.origins.push_back(found->origin);
    }
}

std::vector<ModelRow> SourceMerge::take() {
    std::vector<ModelRow> rows;
    rows.reserve(drafts_.size());
    for (Draft& draft : drafts_) {
        if (draft.row.name.empty()) draft.row.name = stem_of(draft.row.model_path);
        if (has_sources_ || !draft.overridden.empty()) {
            draft.row.stated = std::make_shared<const StatedFacts>(std::move(draft.stated));
        }
        rows.push_back(std::move(draft.row));
    }
    std::ranges::stable_sort(rows, {}, &ModelRow::model_path);
    drafts_.clear();
    return rows;
}

}  // namespace onnxhub
