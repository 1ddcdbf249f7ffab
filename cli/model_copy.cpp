// SPDX-License-Identifier: Apache-2.0
#include "cli/model_copy.h"

#include <system_error>

#include "base/atomic_file.h"
#include "base/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

void copy_whole(const fs::path& from, const fs::path& to) {
    std::error_code error;
    const bool is_device = fs::exists(to, error) && !fs::is_regular_file(to, error);
    if (!is_device) return copy_file_atomically(from, to);
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
    if (!error) return;
    throw EnvironmentError(to.string() + ": can't be written (" + error.message() +
                           "); the model is at " + from.string());
}

}  // namespace

void copy_model(const WantedModel& model, const fs::path& cached, const std::string& output) {
    const fs::path hub_folder = fs::path(model.files.front().key.hub_path).parent_path();
    for (std::size_t i = 1; i < model.files.size(); ++i) {
        const fs::path below = fs::path(model.files[i].key.hub_path).lexically_relative(hub_folder);
        if (below.empty() || *below.begin() == "..") {
            throw EnvironmentError(output + ": the weights " + model.files[i].key.hub_path +
                                   " lie outside the model's folder; use it at " + cached.string());
        }
        copy_whole(cached.parent_path() / below, fs::path(output).parent_path() / below);
    }
    copy_whole(cached, output);
}

}  // namespace onnxhub
