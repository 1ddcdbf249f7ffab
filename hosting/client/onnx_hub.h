// SPDX-License-Identifier: Apache-2.0
// The library's entry points, named as in ONNX's Python client (onnx.hub, ONNX 1.11 to 1.20):
//     #include <onnxhub/hosting/client/onnx_hub.h>
//     onnx::ModelProto model;
//     model.ParseFromString(onnxhub::load("mnist", {.opset = 8}));
// All throw UserError, with one line to show, where Python raises or returns None.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/hub_client.h"
#include "manifest/entry.h"
#include "model/onnx_worker.h"

namespace onnxhub {

/// Options for each function below.
struct HubCall {
    std::string repo = std::string(official_hub);  ///< a spec, or a name of the configuration
    std::optional<std::int64_t> opset = {};        ///< absent: the largest available
    bool force_reload = false;                     ///< ignores files in the cache
    /// Allows downloads from a hub that is neither the official one nor trusted by the
    /// configuration. Unlike `silent` of the Python client (CVE-2026-28500), suppressing output
    /// does not grant this.
    bool trust = false;
    std::vector<std::string> mirrors = {};  ///< specs, tried in order after the hub
    bool is_offline = false;
    /// Receives notes for the user, one line each; nothing is printed.
    std::function<void(const std::string&)> report = [](const std::string&) {};
#if defined(ONNXHUB_WORKER)  // find_package(onnxhub) sets it to the installed one
    std::filesystem::path onnx_worker = ONNXHUB_WORKER;  ///< for load_composite_model()
#else
    std::filesystem::path onnx_worker = onnx_worker_program();  ///< for load_composite_model()
#endif
};

/// Entries in the order of the manifest, filtered by name (compared without case) and by tags (any
/// of them).
std::vector<Entry> list_models(const HubCall& call = {},
                               const std::optional<std::string>& model = {},
                               const std::vector<std::string>& tags = {});

/// The entry of the model with call.opset.
Entry get_model_info(const std::string& model, const HubCall& call = {});

/// The model as a serialized onnx.ModelProto, downloaded or from the cache, verified in both cases.
/// External data stays outside of the model: use load_file() in that case.
std::string load(const std::string& model, const HubCall& call = {});

/// The path of the model in the cache, with its external data next to it.
std::filesystem::path load_file(const std::string& model, const HubCall& call = {});

/// The folder with `model.onnx` and `test_data_set_N`, unpacked from the verified archive.
std::filesystem::path download_model_with_test_data(const std::string& model,
                                                    const HubCall& call = {});

/// Composes two models into one serialized onnx.ModelProto: see compose_model_files(). call.opset
/// selects the version of both.
std::string load_composite_model(const std::string& network_model,
                                 const std::string& preprocessing_model, const HubCall& call = {},
                                 const std::optional<std::string>& preprocessing_repo = {});

/// The cache folder of this process: set_dir(), or default_cache_folder().
void set_dir(const std::filesystem::path& folder);
std::filesystem::path get_dir();

/// The bytes of a model of up to 2 GiB, the limit of protobuf. Throws UserError if the file is not
/// an ONNX model.
std::string read_model(const std::filesystem::path& path);

}  // namespace onnxhub
