// SPDX-License-Identifier: Apache-2.0
// A value that most objects leave at its default: it takes one pointer then.
#pragma once

#include <utility>

#include "base/boxed.h"

namespace onnxhub {

/// Reads as a Value that begins as `Value{}`. Copies are deep.
template <class Value>
class Sparse {
public:
    Sparse() = default;
    Sparse(Value value) {
        if (!(value == Value{})) value_ = std::move(value);
    }

    const Value& operator*() const {
        static const Value default_value{};
        return value_ ? *value_ : default_value;
    }
    const Value* operator->() const { return &**this; }
    operator const Value&() const { return **this; }

    /// For changes.
    Value& edit() { return value_ ? *value_ : value_.emplace(); }

    bool operator==(const Sparse& other) const { return **this == *other; }
    bool operator==(const Value& other) const { return **this == other; }

private:
    Boxed<Value> value_;
};

}  // namespace onnxhub
