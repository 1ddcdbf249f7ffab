// SPDX-License-Identifier: Apache-2.0
// A value that never changes, so that copies share it.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <utility>

namespace onnxhub {

/// As std::optional<const Value>, but copies share the value.
template <class Value>
class Shared {
public:
    using value_type = Value;

    Shared() = default;
    Shared(std::nullopt_t) {}
    Shared(Value value) : value_(std::make_shared<Value>(std::move(value))) {}
    Shared(std::optional<Value> value) {
        if (value) value_ = std::make_shared<Value>(std::move(*value));
    }

    /// A part of what `owner` keeps.
    Shared(const std::shared_ptr<const void>& owner, const Value& part) : value_(owner, &part) {}

    explicit operator bool() const { return value_ != nullptr; }
    bool has_value() const { return value_ != nullptr; }

    const Value& operator*() const {
        assert(value_);
        return *value_;
    }
    const Value* operator->() const { return value_.get(); }

    /// Throws std::bad_optional_access when there is none.
    const Value& value() const {
        if (!value_) throw std::bad_optional_access();
        return *value_;
    }

    const std::shared_ptr<const Value>& pointer() const { return value_; }

    Value value_or(Value fallback) const { return value_ ? *value_ : std::move(fallback); }

    bool operator==(const Shared& other) const {
        if (value_ == other.value_) return true;
        return value_ && other.value_ && *value_ == *other.value_;
    }

private:
    std::shared_ptr<const Value> value_;
};

}  // namespace onnxhub
