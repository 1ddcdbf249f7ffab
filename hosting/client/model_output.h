// SPDX-License-Identifier: Apache-2.0
// A loaded model out of the cache, to where its user wants it.
#pragma once

#include <filesystem>
#include <string>

#include "hosting/client/hub_client.h"

namespace onnxhub {

/// Copies the model, which lies at `cached`, to `output`, and its external data to where its graph
/// looks for them from there. `output` is the user's choice and is replaced. Other files are not:
/// each file of external data has to be new, to hold the right bytes already, or to belong to the
/// model that `output` holds now, whose graph names it. No link below the folder of `output` is
/// followed. The copies are verified, flushed and renamed when all of them are there. Throws
/// UserError otherwise; up to the first rename nothing was changed. A device or a pipe is
/// written to as it stands, and takes no external data.
void copy_model(const WantedModel& model, const std::filesystem::path& cached,
                const std::string& output);

}  // namespace onnxhub
