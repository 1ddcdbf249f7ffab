// SPDX-License-Identifier: Apache-2.0
// A hub's manifest that is read entry by entry, so that memory does not grow with its models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "manifest/manifest.h"
#include "manifest/manifest_stream.h"

namespace onnxhub {

struct ManifestBytes {
    /// The same bytes at every reading, see UnchangedSource.
    std::shared_ptr<const ByteSource> bytes;
    std::string shown_name;
    /// What to do about a manifest that is not valid JSON; nullopt: it is the user's own, and the
    /// message has the command that repairs it.
    std::optional<std::string> hint = {};
    std::function<void()> check_interruption = [] {};
};

/// Memory is 32 bytes for each model, and one entry. Not thread-safe.
class StreamedManifest {
public:
    /// Gets a valid entry (`entry` is set); returns whether it wants more of them.
    using Visitor = std::function<bool(const ManifestEntry&)>;

    explicit StreamedManifest(ManifestBytes manifest) : manifest_(std::move(manifest)) {}

    /// Calls `visit` for the valid entries, in their order. The first call reads all of the
    /// manifest: it throws HubError (HubProblem::broken_manifest) for one that read_manifest()
    /// refuses, possibly after calls of `visit`. Each call throws what reading the bytes does.
    void for_each(const Visitor& visit);

    /// The valid entries of `model`, compared without case, in their order.
    std::vector<ManifestEntry> entries_of(const std::string& model);

    std::uint64_t entry_count();  ///< with invalid ones

    /// The whole document. Throws as for_each() does.
    ManifestDocument read_all() const;

private:
    /// Where a valid entry is.
    struct Place {
        std::size_t name_hash = 0;  ///< of the name in lower case
        std::uint64_t offset = 0;   ///< of its first byte
        std::uint32_t length = 0;   ///< bytes
        int line = 0;               ///< 1-based
    };

    std::optional<RawEntry> next(ManifestStream& stream) const;
    void read_first(const Visitor& visit);
    void read_again(const Visitor& visit) const;
    ManifestEntry entry_at(const Place& place) const;
    [[noreturn]] void refuse(const JsonSyntaxError& error) const;

    ManifestBytes manifest_;
    bool is_read_ = false;
    std::uint64_t entry_count_ = 0;
    std::deque<Place> places_;  // grows without a copy of itself
};

}  // namespace onnxhub
