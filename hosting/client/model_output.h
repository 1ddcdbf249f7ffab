// SPDX-License-Identifier: Apache-2.0
// Copies a loaded model from the cache to the path that the user chose.
#pragma once

#include <filesystem>
#include <string>

#include "hosting/client/hub_client.h"

namespace onnxhub {

/// Copies the model at `cached` to `output`, and its external data to where its graph expects it.
/// `output` is the user's choice and is replaced. Other files are not: each file of external data
/// must be new, have the right bytes already, or belong to the model that is currently at `output`,
/// whose graph names it. No link below the folder of `output` is followed. The copies are verified
/// and flushed, and renamed when all are complete. Throws UserError otherwise; before the first
/// rename nothing is changed. A device or a pipe is written to in place, and cannot have external
/// data.
void copy_model(const WantedModel& model, const std::filesystem::path& cached,
                const std::string& output);

/// Whether `output` names a folder: it ends with '/', or it is one.
bool is_output_folder(const std::string& output);

/// The path of a model in an output folder, for copy_model(): `<folder>/<file>`, or
/// `<folder>/<file without .onnx>/<file>` if it has external data.
std::string output_in_folder(const std::string& folder, const WantedModel& model);

}  // namespace onnxhub
