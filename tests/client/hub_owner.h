// SPDX-License-Identifier: Apache-2.0
// The owner of a signed hub, who publishes and changes keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/utc_time.h"
#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {

inline constexpr const char* manifest_name = "ONNX_HUB_MANIFEST.json";
inline constexpr const char* statement_name = "ONNX_HUB_MANIFEST.json.sig";

/// A valid manifest; each name gives another one.
inline std::string manifest_with(const std::string& model) {
    return R"([{"model": ")" + model +
           R"(", "model_path": "a/m.onnx", "onnx_version": "1.9", "opset_version": 12, )"
           R"("metadata": {"model_sha": ")" +
           to_hex(sha256_of("the model")) + R"(", "model_bytes": 9, "tags": []}}])";
}

/// What a hub publishes at one moment, by path.
using HubFiles = std::map<std::string, std::string>;

/// A hub whose owner holds the keys 0 (root) and 1 (release).
struct HubOwner {
    HubRoot root = sample_root();
    std::map<std::string, std::string> roots = {};
    std::vector<std::size_t> root_keys = {0};
    std::vector<std::size_t> release_keys = {1};
    std::string branch = {};
    std::int64_t lifetime = 90 * seconds_of_a_day;

    HubOwner() { publish_root({0}); }

    void publish_root(const std::vector<std::size_t>& keys) {
        roots[root_path(root.number)] = sign_root(root, pool_keys(keys));
    }

    void change_release_keys(const std::vector<std::size_t>& keys, std::size_t threshold = 1) {
        ++root.number;
        root.releases = role_of(keys, threshold);
        release_keys = keys;
        publish_root(root_keys);
    }

    void change_root_keys(const std::vector<std::size_t>& keys) {
        std::vector<std::size_t> signers = root_keys;
        signers.insert(signers.end(), keys.begin(), keys.end());
        root_keys = keys;
        root.roots = role_of(keys);
        ++root.number;
        publish_root(signers);
    }

    std::string statement(const std::string& manifest, std::uint64_t version) const {
        HubStatement said;
        said.hub = root.hub;
        said.root_number = root.number;
        said.version = version;
        said.branch = branch;
        said.manifest = sha256_of(manifest);
        said.issued = seconds_since_1970() - 3600;
        said.expires = said.issued + lifetime;
        return sign_statement(said, pool_keys(release_keys));
    }

    HubFiles publish(const std::string& model, std::uint64_t version) const {
        HubFiles files = roots;
        files[manifest_name] = manifest_with(model);
        files[statement_name] = statement(files[manifest_name], version);
        return files;
    }
};

}  // namespace onnxhub::test
