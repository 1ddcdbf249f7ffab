// SPDX-License-Identifier: Apache-2.0
#include "generator/hub_sources.h"

#include <algorithm>
#include <utility>

#include "generator/describe.h"
#include "generator/entry_naming.h"
#include "generator/generate.h"
#include "manifest/json.h"
#include "manifest/manifest_reader.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

constexpr const char* from_graph = "graph";
constexpr const char* from_manifest = "earlier entry of the same content";
constexpr const char* from_releases = "oldest ONNX release with this opset and IR version";

std::string place_text(const std::string& file, int line) {
    return line > 0 ? file + ":" + std::to_string(line) : file;
}

std::string joined_text(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
    return text;
}

std::string content_origin(FactSource source) {
    switch (source) {
        case FactSource::pointer:
            return "pointer";
        case FactSource::annex:
            return "git-annex key";
        case FactSource::index:
            return "git's index";
        case FactSource::hashed:
            return "content";
    }
    return {};
}

/// Lists the facts of one model.
class FactList {
public:
    explicit FactList(const ModelDescription& model) : model_(model), row_(*model.row) {}

    std::vector<SourcedFact> list() {
        add(Fact::name, row_.name, stated_at(Fact::name));
        add_content();
        add_versions();
        add(Fact::tags, joined_text(row_.tags), stated_at(Fact::tags));
        if (row_.archive_path) {
            add(Fact::test_data, *row_.archive_path, stated_at(Fact::test_data));
        }
        if (row_.stated) add_about(row_.stated->about);
        if (model_.ports != PortSource::none) {
            facts_.push_back({"io_ports", ports_text(),
                              model_.ports != PortSource::carried ? from_graph : from_manifest});
        }
        return std::move(facts_);
    }

private:
    /// The place that states a fact: its own, or that of the row.
    std::string stated_at(Fact fact) const {
        if (row_.stated) {
            const auto& origins = row_.stated->origins;
            const auto found = std::ranges::find(origins, fact, &FactOrigin::fact);
            if (found != origins.end()) return place_text(*found->file, found->line);
        }
        return place_text(row_.source_file, row_.line);
    }

    void add(Fact fact, std::string value, std::string origin) {
        if (value.empty()) return;
        facts_.push_back({name_of(fact), std::move(value), std::move(origin)});
    }

    std::string ports_text() const {
        if (!model_.entry || !model_.entry->io_ports) return "left out";
        const IoPorts& ports = *model_.entry->io_ports;
        const auto counted = [](std::size_t count, const char* what) {
            return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
        };
        return counted(ports.inputs.size(), "input") + ", " +
               counted(ports.outputs.size(), "output");
    }

    void add_content() {
        if (model_.facts) {
            const std::string origin = content_origin(model_.facts->source);
            add(Fact::sha256, to_hex(model_.facts->sha), origin);
            add(Fact::bytes, std::to_string(model_.facts->size_bytes), origin);
        }
        if (!row_.stated) return;
        add(Fact::url, joined_text(row_.stated->urls), stated_at(Fact::url));
        if (model_.facts || !model_.entry) return;
        const StatedContent& content = model_.entry->content;
        const auto origin = [&](bool is_stated, Fact fact) {
            return is_stated ? stated_at(fact) : std::string(from_manifest);
        };
        add(Fact::sha256, to_hex(*content.sha), origin(row_.stated->sha.has_value(), Fact::sha256));
        if (content.size_bytes) {
            add(Fact::bytes, std::to_string(*content.size_bytes),
                origin(row_.stated->size_bytes.has_value(), Fact::bytes));
        }
    }

    void add_versions() {
        if (!model_.entry) {
            if (states_opset(row_)) {
                add(Fact::opset, std::to_string(row_.opset_version), stated_at(Fact::opset));
            }
            return;
        }
        const char* read_from = model_.graph ? from_graph : from_manifest;
        add(Fact::opset, std::to_string(model_.entry->opset_version),
            states_opset(row_) ? stated_at(Fact::opset) : read_from);
        add(Fact::onnx_version, model_.entry->onnx_version, version_origin());
    }

    std::string version_origin() const {
        if (!row_.stated) return states_opset(row_) ? stated_at(Fact::onnx_version) : from_releases;
        const auto& origins = row_.stated->origins;
        const bool is_stated =
            std::ranges::find(origins, Fact::onnx_version, &FactOrigin::fact) != origins.end();
        return is_stated || row_.stated->is_official ? stated_at(Fact::onnx_version)
                                                     : from_releases;
    }

    void add_about(const ModelFacts& about) {
        add(Fact::license, about.license.value_or(""), stated_at(Fact::license));
        add(Fact::author, about.author.value_or(""), stated_at(Fact::author));
        add(Fact::task, about.task.value_or(""), stated_at(Fact::task));
        add(Fact::description, about.description.value_or(""), stated_at(Fact::description));
        if (about.parameters) {
            add(Fact::parameters, std::to_string(*about.parameters), stated_at(Fact::parameters));
        }
    }

    const ModelDescription& model_;
    const ModelRow& row_;
    std::vector<SourcedFact> facts_;
};

SourcedModel sourced_model(const ModelDescription& model) {
    SourcedModel sourced{model.row->model_path, model.row->name, FactList(model).list(),
                         model.entry.has_value(), model.diagnostics.all()};
    std::erase_if(sourced.problems,
                  [](const Diagnostic& problem) { return problem.severity == Severity::note; });
    return sourced;
}

}  // namespace

HubSources read_hub_sources(const HubSourcesRequest& request, ContentObserver* content) {
    HubSources sources;
    const HubFolder hub = open_hub(request.folder, request.revision);
    const std::string path(manifest_file_name);
    std::optional<ManifestDocument> present;
    const auto text = read_hub_file(*hub.tree, path, json_size_limit);
    if (text) present = read_manifest(*text, path);
    GenerateOptions options;
    options.settings = read_settings(*hub.tree, request.settings_file, sources.diagnostics);
    options.discover = options.settings.discover;
    options.jobs = request.jobs;
    options.present = present ? &*present : nullptr;
    GenerationPlan plan = plan_generation(*hub.tree, options, sources.diagnostics);

    const CarriedPorts carried = present ? CarriedPorts::from(*present) : CarriedPorts{};
    DescribeOptions describe{&options.settings, &carried, nullptr, content, false, request.jobs};
    Descriptions described = describe_models(*hub.tree, plan.rows, describe);
    name_models(described.models, options.present);
    for (const ModelDescription& model : described.models) {
        sources.models.push_back(sourced_model(model));
        if (model.entry) sources.entries += 1;
    }
    for (const std::string& file : plan.undescribed) {
        SourcedModel& model = sources.models.emplace_back();
        model.path = file;
        model.problems.push_back({Severity::warning, rule_id::model_undescribed, file, 0,
                                  "no source describes this model",
                                  "extend a source, or exclude the model"});
    }
    std::ranges::stable_sort(sources.models, {}, &SourcedModel::path);
    return sources;
}

}  // namespace onnxhub
