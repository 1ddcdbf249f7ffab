// SPDX-License-Identifier: Apache-2.0
// The part of a hub that a run processes: one machine's shard, and within it the files that are on
// the local disk at one time. Findings without a model or file, such as those about tables, belong
// to exactly one part.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "manifest/shard.h"

namespace onnxhub {

class Scope {
public:
    Scope() = default;  ///< the whole hub
    explicit Scope(Shard shard) : shard_(shard) {}

    /// This part without these models.
    Scope without_models(std::set<std::string> paths) const {
        Scope part = *this;
        part.left_out_ = std::move(paths);
        return part;
    }

    /// Only these models of this part, without other files and without the hub as a whole.
    Scope models_alone(std::set<std::string> paths) const {
        Scope part = *this;
        part.models_ = std::move(paths);
        return part;
    }

    bool is_whole() const { return shard_.count == 1 && !models_ && left_out_.empty(); }
    bool has_hub() const { return shard_.number == 1 && !models_; }
    bool has_file(const std::string& path) const { return !models_ && shard_.has(path); }
    /// Whether the model file at `path` belongs to this part. Rows, entries, archives and external
    /// data belong to the part of their model.
    bool has_model(const std::string& path) const {
        if (models_) return models_->contains(path);
        return shard_.has(path) && !left_out_.contains(path);
    }

private:
    Shard shard_;
    std::optional<std::set<std::string>> models_;
    std::set<std::string> left_out_;
};

}  // namespace onnxhub
