// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_adopt.h"

#include <algorithm>
#include <set>

#include "generator/hub_rows.h"
#include "generator/settings.h"
#include "hosting/scaffold/hub_add.h"
#include "manifest/environment_error.h"
#include "manifest/hub_path.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

/// The folder whose README lists the model; "" when it lies at the hub's top.
std::string class_of(const std::string& model_path) {
    const std::string folder(parent_folder(model_path));
    return file_name(folder) == "model" ? std::string(parent_folder(folder)) : folder;
}

}  // namespace

AdoptReport adopt_models(const std::filesystem::path& hub, ModelChecker& checker,
                         ShapeInference* inference) {
    const auto tree = folder_tree(hub);
    Diagnostics ignored;
    const Settings settings;
    const HubRows rows = read_hub_rows(*tree, settings, 0, ignored);
    AdoptReport report;
    std::set<std::string> written;
    for (const ReadmeModel& model : discover_models(*tree, settings, rows.models)) {
        AddRequest request;
        request.hub = hub;
        request.model = hub / model.model_path;
        request.folder = class_of(model.model_path);
        request.adds_tables = true;
        if (request.folder.empty()) {
            report.passed_by.push_back(model.model_path +
                                       ": lies at the top; move it into a folder");
            continue;
        }
        try {
            const AddReport added = add_model(request, checker, inference);
            report.adopted.push_back(added.model_path);
            written.insert(added.written.begin(), added.written.end());
        } catch (const EnvironmentError& error) {
            report.passed_by.push_back(model.model_path + ": " +
                                       reason_without_file(error, request.model.string()));
        }
    }
    report.written.assign(written.begin(), written.end());
    return report;
}

}  // namespace onnxhub
