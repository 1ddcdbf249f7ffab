// SPDX-License-Identifier: Apache-2.0
// What peek_graphs() reads, and from where.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "http/http_message.h"
#include "http/hugging_face.h"
#include "remote/lfs_batch.h"
#include "remote/peek_depth.h"
#include "remote/transfer_budget.h"

namespace onnxhub {

/// A model whose bytes are elsewhere, as its Git LFS pointer or its entry describes it.
struct PeekTarget {
    std::string path;  ///< from the top directory of the hub
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    /// Where the hub says that the model is. Untrusted; answers count as those of mirrors do.
    std::vector<std::string> urls = {};
};

/// The hosts of stated URLs that one call asks.
inline constexpr std::size_t stated_origin_limit = 32;

struct PeekOptions {
    PeekDepth depth = PeekDepth::graph;
    /// Base URLs of servers with the hub's files by path, or "hf://ORGANIZATION". Their answers
    /// count only where the server states the SHA-256. Untrusted.
    std::vector<std::string> mirrors = {};
    /// The Git LFS server of the repository; empty: none.
    RemoteObjects lfs = {};
    std::string lfs_name = {};    ///< its address without secrets: for messages and the cache
    bool asks_lfs_first = false;  ///< before the mirrors
    HttpOptions http = {};        ///< for mirrors, with the user's policy for addresses
    HttpOptions lfs_http = {};    ///< for addresses that the Git LFS server gives, with a policy
    unsigned connections = 32;
    /// Of all calls with these options together; null: no limit.
    std::shared_ptr<TransferBudget> budget = nullptr;
    std::optional<std::filesystem::path> cache_folder = {};
    std::string hugging_face = std::string(hugging_face_endpoint);
};

}  // namespace onnxhub
