// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/onnx_hub.h"

#include <climits>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "model/model_composer.h"
#include "model/model_graph.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct ChosenFolder {
    std::mutex mutex;
    std::optional<fs::path> folder;
};

ChosenFolder& chosen_folder() {
    static ChosenFolder chosen;
    return chosen;
}

HubClient client_of(const HubCall& call, const std::string& repo) {
    ClientOptions options;
    options.hub = repo;
    options.mirrors = call.mirrors;
    options.cache_folder = get_dir();
    options.is_offline = call.is_offline;
    options.is_trusted = [trust = call.trust](const TrustQuestion&) { return trust; };
    options.report = call.report;
    return HubClient(std::move(options));
}

const Entry& entry_of(HubClient& client, const std::string& model, const HubCall& call) {
    const auto found =
        get_model_info(client.manifest_of(model), model, VersionConstraint{call.opset, {}, {}});
    if (const auto* missing = std::get_if<ModelNotFound>(&found)) {
        const std::string hint =
            missing->hint.empty() ? "list_models() has its models" : missing->hint;
        throw HubError(missing->problem, missing->message + "; " + hint);
    }
    return *std::get<const ManifestEntry*>(found)->entry;
}

fs::path path_of(const std::string& model, const std::string& repo, const HubCall& call,
                 bool with_test_data) {
    HubClient client = client_of(call, repo);
    LoadOptions options;
    options.force = call.force_reload;
    options.loaded = [&](const WantedFile&, const LoadedFile& file) {
        for (const std::string& problem : file.problems) call.report(problem);
    };
    return client.load(client.resolve(entry_of(client, model, call), with_test_data), options);
}

}  // namespace

void set_dir(const fs::path& folder) {
    const std::lock_guard lock(chosen_folder().mutex);
    chosen_folder().folder = folder;
}

fs::path get_dir() {
    const std::lock_guard lock(chosen_folder().mutex);
    return chosen_folder().folder ? *chosen_folder().folder
                                  : default_cache_folder(process_environment);
}

std::vector<Entry> list_models(const HubCall& call, const std::optional<std::string>& model,
                               const std::vector<std::string>& tags) {
    HubClient client = client_of(call, call.repo);
    ModelFilter filter;
    filter.model = model;
    filter.tags = tags;
    std::vector<Entry> entries;
    client.for_each_entry([&](const ManifestEntry& entry) {
        if (matches(*entry.entry, filter)) entries.push_back(*entry.entry);
        return true;
    });
    return entries;
}

Entry get_model_info(const std::string& model, const HubCall& call) {
    HubClient client = client_of(call, call.repo);
    return entry_of(client, model, call);
}

std::string read_model(const fs::path& path) {
    const auto source = open_file(path, path.string());
    if (source->size_bytes() > INT_MAX) {
        throw UserError(path.string() +
                        ": is larger than 2 GiB, the limit of protobuf; use its path");
    }
    if (std::holds_alternative<SkeletonError>(read_model_graph(*source, nullptr, {}))) {
        throw UserError(path.string() +
                        ": is not an ONNX model; report this to the hub's maintainers");
    }
    std::string bytes(static_cast<std::size_t>(source->size_bytes()), '\0');
    bytes.resize(source->read(0, std::as_writable_bytes(std::span(bytes))));
    return bytes;
}

std::string load(const std::string& model, const HubCall& call) {
    return read_model(path_of(model, call.repo, call, false));
}

fs::path load_file(const std::string& model, const HubCall& call) {
    return path_of(model, call.repo, call, false);
}

fs::path download_model_with_test_data(const std::string& model, const HubCall& call) {
    return path_of(model, call.repo, call, true);
}

std::string load_composite_model(const std::string& network_model,
                                 const std::string& preprocessing_model, const HubCall& call,
                                 const std::optional<std::string>& preprocessing_repo) {
    const fs::path preprocessing =
        path_of(preprocessing_model, preprocessing_repo.value_or(call.repo), call, false);
    const fs::path network = path_of(network_model, call.repo, call, false);
    return compose_model_files(preprocessing, network, call.onnx_worker);
}

}  // namespace onnxhub
