// SPDX-License-Identifier: Apache-2.0
// An optional value that most objects lack: it takes one pointer while it is absent.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace onnxhub {

/// As std::optional<Value>, but the value is on the heap. Copies are deep.
template <class Value>
class Boxed {
public:
    using value_type = Value;

    Boxed() = default;
    Boxed(std::nullopt_t) {}
    Boxed(Value value) : value_(std::make_unique<Value>(std::move(value))) {}
    /// From what converts to a value, such as a string literal.
    template <class Other>
    requires(std::is_convertible_v<Other, Value> &&
             !std::is_same_v<std::remove_cvref_t<Other>, Value> &&
             !std::is_same_v<std::remove_cvref_t<Other>, Boxed>) Boxed(Other value)
        : value_(std::make_unique<Value>(std::move(value))) {}
    Boxed(std::optional<Value> value) {
        if (value) emplace(std::move(*value));
    }
    Boxed(const Boxed& other) : value_(copy(other)) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(const Boxed& other) {
        if (this != &other) value_ = copy(other);
        return *this;
    }
    Boxed& operator=(Boxed&&) noexcept = default;
    ~Boxed() = default;

    operator std::optional<Value>() const {
        return value_ ? std::optional<Value>(*value_) : std::nullopt;
    }
    explicit operator bool() const { return value_ != nullptr; }
    bool has_value() const { return value_ != nullptr; }

    Value& operator*() {
        assert(value_);
        return *value_;
    }
    const Value& operator*() const {
        assert(value_);
        return *value_;
    }
    Value* operator->() { return value_.get(); }
    const Value* operator->() const { return value_.get(); }

    template <class... Arguments>
    Value& emplace(Arguments&&... arguments) {
        value_ = std::make_unique<Value>(std::forward<Arguments>(arguments)...);
        return *value_;
    }
    void reset() { value_.reset(); }

    template <class Default>
    Value value_or(Default&& fallback) const {
        return value_ ? *value_ : static_cast<Value>(std::forward<Default>(fallback));
    }

    bool operator==(const Boxed& other) const {
        return value_ && other.value_ ? *value_ == *other.value_ : !value_ == !other.value_;
    }
    bool operator==(const std::optional<Value>& other) const {
        return value_ && other ? *value_ == *other : !value_ == !other;
    }
    template <class Other>
    requires(!std::is_convertible_v<Other, Boxed> || std::is_convertible_v<Other, Value>) bool
    operator==(const Other& other) const {
        return value_ && *value_ == other;
    }
    bool operator==(std::nullopt_t) const { return !value_; }

private:
    static std::unique_ptr<Value> copy(const Boxed& other) {
        return other.value_ ? std::make_unique<Value>(*other.value_) : nullptr;
    }

    std::unique_ptr<Value> value_;
};

}  // namespace onnxhub
