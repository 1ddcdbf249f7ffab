// SPDX-License-Identifier: Apache-2.0
#include "sources/model_templates.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/template_names.h"

namespace onnxhub {
namespace {

NameTemplate parsed_template(const std::string& text, const std::vector<std::string_view>& known) {
    auto parsed = parse_template(text, known);
    if (const auto* error = std::get_if<TemplateError>(&parsed)) {
        throw UserError(fmt::format("template \"{}\": {}; {}", text, error->message, error->hint));
    }
    return std::get<NameTemplate>(std::move(parsed));
}

std::string_view without_extension(std::string_view name) {
    return name.substr(0, name.rfind('.'));
}

/// The value of a placeholder: own values before facts, facts before parts of the path.
std::string_view template_value(std::string_view name, const ModelTemplates::OwnValues& own,
                                const DescribedModel& model) {
    if (const auto found = own.find(name); found != own.end()) return found->second;
    if (const auto fact = parse_fact(name)) {
        const auto found = model.facts.find(*fact);
        if (found != model.facts.end()) return found->second.text;
    }
    if (name == "stem") return without_extension(file_name(model.model_path));
    if (name == "folder") return parent_folder(model.model_path);
    if (name == "path") return model.model_path;
    return {};
}

}  // namespace

ModelTemplates::ModelTemplates(const SourceSettings& source,
                               const std::vector<std::string>& groups) {
    const std::vector<std::string> names = template_names(source, groups);
    const std::vector<std::string_view> known(names.begin(), names.end());
    if (source.name) name_ = parsed_template(*source.name, known);
    for (const std::string& text : source.tags) tags_.push_back(parsed_template(text, known));
    for (const std::string& text : source.distinguish) {
        distinguish_.push_back(parsed_template(text, known));
    }
}

void ModelTemplates::apply(const OwnValues& own, DescribedModel& model,
                           Diagnostics& diagnostics) const {
    const NameTemplate::Lookup lookup = [&](std::string_view name) {
        return template_value(name, own, model);
    };
    const auto expand = [&](const NameTemplate& text, std::string_view key) {
        auto result = text.expand(lookup);
        if (!result) {
            diagnostics.report({Severity::error, rule_id::fact_invalid, model.source_file,
                                model.line,
                                fmt::format("the template of \"{}\" makes a text over {} bytes",
                                            key, template_result_limit),
                                "shorten the values or the template"});
        }
        return std::move(result).value_or("");
    };
    const auto expand_all = [&](const std::vector<NameTemplate>& all, std::string_view key,
                                std::vector<std::string>& into) {
        for (const NameTemplate& one : all) {
            if (std::string text = expand(one, key); !text.empty()) into.push_back(std::move(text));
        }
    };
    if (name_) {
        if (std::string text = expand(*name_, "name"); !text.empty()) model.name = std::move(text);
    }
    expand_all(tags_, "tags", model.tags);
    expand_all(distinguish_, "distinguish", model.distinguish);
}

}  // namespace onnxhub
