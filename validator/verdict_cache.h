// SPDX-License-Identifier: Apache-2.0
// Verdicts of earlier runs, so that an unchanged model is not run again.
#pragma once

#include <filesystem>
#include <optional>

#include "base/digest.h"
#include "base/kept_files.h"
#include "model/model_run.h"

namespace onnxhub {

/// Above this number of verdicts, the oldest ones are removed.
inline constexpr std::size_t kept_verdicts = 20'000;

/// Thread-safe, see KeptFiles.
class VerdictCache {
public:
    /// Without a folder, nothing is kept.
    explicit VerdictCache(std::optional<std::filesystem::path> folder);

    /// `key` is a digest of everything the verdict depends on.
    std::optional<RunVerdict> find(const Sha256& key) const;

    /// Keeps the verdict, unless a crash or a limit on time ended the run.
    void keep(const Sha256& key, const RunVerdict& verdict) const;

private:
    KeptFiles files_;
};

}  // namespace onnxhub
