// SPDX-License-Identifier: Apache-2.0
// Where models can be read by ranges: mirrors and the Git LFS server. Private to this module.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "remote/peek_options.h"
#include "remote/range_connection.h"

namespace onnxhub {

/// Thread-safe.
class PeekSource {
public:
    virtual ~PeekSource() = default;

    /// The targets that will be located, which must outlive that.
    virtual void begin(const std::vector<PeekTarget>& targets) = 0;

    /// Identifies the source in the cache, and names it in messages.
    virtual const std::string& authority() const = 0;
    /// Where the target with this index is. Throws RangeFailure when the source does not have it,
    /// or does not say.
    virtual RangeLocation locate(std::size_t target) = 0;
    virtual Binding binding() const = 0;
    /// Whether the source may have the target. Others are neither located nor looked up in the
    /// cache.
    virtual bool may_have(const PeekTarget&) const { return true; }

    /// Why the source is not asked any more; nullopt while it is.
    std::optional<std::string> problem() const;
    /// After three failures that concern the server, without a success between them, it is left.
    void failed(const std::string& reason);
    void succeeded();

private:
    mutable std::mutex mutex_;
    int failures_ = 0;
    std::string reason_;
};

/// In the order in which they are asked: first those of the options, then the hosts of the URLs
/// that the targets state.
std::vector<std::unique_ptr<PeekSource>> peek_sources(const PeekOptions& options,
                                                      const std::vector<PeekTarget>& targets);

}  // namespace onnxhub
