// SPDX-License-Identifier: Apache-2.0
// The part of a hub that a run looks into: one machine's share of it, and of that what is on this
// disk at a time. What belongs to no model or file, such as tables, is in exactly one part.
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

    /// Of this part, everything but these models.
    Scope without_models(std::set<std::string> paths) const {
        Scope part = *this;
        part.left_out_ = std::move(paths);
        return part;
    }

    /// Of this part, these models alone: no file by itself and nothing of the hub as a whole.
    Scope models_alone(std::set<std::string> paths) const {
        Scope part = *this;
        part.models_ = std::move(paths);
        return part;
    }

    bool is_whole() const { return shard_.count == 1 && !models_ && left_out_.empty(); }
    bool has_hub() const { return shard_.number == 1 && !models_; }
    bool has_file(const std::string& path) const { return !models_ && shard_.has(path); }
    /// By the path of the model file; rows, entries, archives and weights are where their model is.
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
