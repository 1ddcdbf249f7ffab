// SPDX-License-Identifier: Apache-2.0
#include "sources/source_merge.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/glob.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/fact_value.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

std::string stem_of(const std::string& model_path) {
    std::string stem(file_name(model_path));
    if (stem.ends_with(model_suffix)) stem.resize(stem.size() - model_suffix.size());
    return stem;
}

/// Sets a fact of a row. Gives whether the value has the form of the fact.
bool set_fact(ModelRow& row, StatedFacts& stated, Fact fact, const std::string& text) {
    switch (fact) {
        case Fact::name:
            row.name = text;
            return !text.empty();
        case Fact::sha256:
            stated.sha = parse_stated_sha256(text);
            return stated.sha.has_value();
        case Fact::bytes:
            stated.size_bytes = parse_count(text);
            return stated.size_bytes.has_value();
        case Fact::opset:
            row.opset_version = parse_opset(text).value_or(0);
            return row.opset_version != 0;
        case Fact::onnx_version:
            if (!is_onnx_version(text)) return false;
            row.onnx_version = text;
            return true;
        case Fact::ir_version:
            stated.ir_version = parse_opset(text);
            return stated.ir_version.has_value();
        case Fact::parameters:
            stated.about.parameters = parse_count(text);
            return stated.about.parameters.has_value();
        case Fact::license:
            stated.about.license = text;
            return true;
        case Fact::author:
            stated.about.author = text;
            return true;
        case Fact::task:
            stated.about.task = text;
            return true;
        case Fact::description:
            stated.about.description = text;
            return true;
        case Fact::test_data: {
            auto path = clean_hub_path("", text);
            if (!std::holds_alternative<std::string>(path)) return false;
            row.archive_path = std::get<std::string>(std::move(path));
            return true;
        }
        case Fact::path:
        case Fact::url:
        case Fact::tags:
            return true;  // not a single text: set with the model
    }
    return false;
}

/// Whether a second statement of the fact must agree with the first.
bool is_comparable(Fact fact) {
    return fact != Fact::name && fact != Fact::tags && fact != Fact::description &&
           fact != Fact::url;
}

}  // namespace

void SourceMerge::add_official(std::size_t source, std::vector<ModelRow> rows) {
    for (ModelRow& row : rows) {
        by_path_[row.model_path].push_back(drafts_.size());
        Draft& draft = drafts_.emplace_back();
        draft.stated.source = source;
        draft.stated.is_official = true;
        draft.values = {{Fact::name, row.name},
                        {Fact::opset, std::to_string(row.opset_version)},
                        {Fact::onnx_version, row.onnx_version}};
        draft.row = std::move(row);
    }
}

void SourceMerge::add(std::size_t source, std::vector<DescribedModel> models) {
    for (const DescribedModel& model : models) {
        const auto known = by_path_.find(model.model_path);
        if (known == by_path_.end()) {
            describe(new_draft(source, model.model_path), model);
            continue;
        }
        for (const std::size_t i : known->second) fill(drafts_[i], model);
    }
}

SourceMerge::Draft& SourceMerge::new_draft(std::size_t source, const std::string& path) {
    by_path_[path].push_back(drafts_.size());
    Draft& draft = drafts_.emplace_back();
    draft.stated.source = source;
    draft.row.model_path = path;
    return draft;
}

void SourceMerge::describe(Draft& draft, const DescribedModel& model) {
    draft.row.source_file = model.source_file;
    draft.row.line = model.line;
    draft.row.tags = model.tags;
    draft.stated.distinguish = model.distinguish;
    if (!model.tags.empty()) note_origin(draft, Fact::tags, model.source_file, model.line);
    fill(draft, model);
    if (model.name && !model.name->empty()) {
        draft.row.name = *model.name;
        draft.values[Fact::name] = *model.name;
    }
    if (draft.row.name.empty()) draft.row.name = stem_of(model.model_path);
}

void SourceMerge::fill(Draft& draft, const DescribedModel& model) {
    if (draft.stated.urls.empty() && !model.urls.empty()) {
        draft.stated.urls = model.urls;
        note_origin(draft, Fact::url, model.source_file, model.line);
    }
    for (const auto& [fact, value] : model.facts) {
        const auto [known, is_new] = draft.values.try_emplace(fact, value.text);
        if (is_new) {
            state(draft, fact, value, model.source_file);
        } else if (is_comparable(fact) && known->second != value.text) {
            diagnostics_.report({Severity::warning, rule_id::facts_contradict, model.source_file,
                                 value.line,
                                 "the " + std::string(name_of(fact)) + " \"" + value.text +
                                     "\" of " + model.model_path + " contradicts \"" +
                                     known->second + "\" of an earlier source",
                                 "correct one of them, or decide in [[override]]"});
        }
    }
}

void SourceMerge::state(Draft& draft, Fact fact, const StatedValue& value,
                        const std::string& file) {
    if (set_fact(draft.row, draft.stated, fact, value.text)) {
        note_origin(draft, fact, file, value.line);
        return;
    }
    draft.values.erase(fact);
    diagnostics_.report({Severity::error, rule_id::fact_invalid, file, value.line,
                         "\"" + value.text + "\" is no valid " + std::string(name_of(fact)) +
                             " of " + draft.row.model_path,
                         "correct or remove it"});
}

void SourceMerge::note_origin(Draft& draft, Fact fact, const std::string& file, int line) {
    draft.stated.origins.push_back({fact, shared_name(file), line});
}

std::shared_ptr<const std::string> SourceMerge::shared_name(const std::string& file) {
    if (!last_file_ || *last_file_ != file) last_file_ = std::make_shared<const std::string>(file);
    return last_file_;
}

bool SourceMerge::apply(const SourceOverride& change, const std::string& settings_file) {
    bool has_matched = false;
    for (Draft& draft : drafts_) {
        const std::string& path = draft.row.model_path;
        if (std::ranges::none_of(
                change.paths, [&](const std::string& glob) { return glob_matches(glob, path); })) {
            continue;
        }
        has_matched = true;
        const auto decide = [&](Fact fact) {
            std::erase_if(draft.stated.origins,
                          [&](const FactOrigin& origin) { return origin.fact == fact; });
            note_origin(draft, fact, settings_file, change.line);
        };
        const auto set = [&](Fact fact, const auto& value, auto& place) {
            if (!value) return;
            place = *value;
            decide(fact);
        };
        set(Fact::name, change.name, draft.row.name);
        set(Fact::opset, change.opset, draft.row.opset_version);
        set(Fact::onnx_version, change.onnx_version, draft.row.onnx_version);
        set(Fact::tags, change.tags, draft.row.tags);
        set(Fact::test_data, change.test_data, draft.row.archive_path);
        ModelFacts& about = draft.stated.about;
        set(Fact::license, change.about.license, about.license);
        set(Fact::author, change.about.author, about.author);
        set(Fact::task, change.about.task, about.task);
        set(Fact::description, change.about.description, about.description);
        set(Fact::parameters, change.about.parameters, about.parameters);
    }
    return has_matched;
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
        draft.row.stated = std::make_shared<const StatedFacts>(std::move(draft.stated));
        rows.push_back(std::move(draft.row));
    }
    std::ranges::stable_sort(rows, {}, &ModelRow::model_path);
    drafts_.clear();
    return rows;
}

}  // namespace onnxhub
