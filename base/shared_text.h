// SPDX-License-Identifier: Apache-2.0
// A text of many objects, such as the path of the file they come from, kept once.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace onnxhub {

/// A text that never changes. Copies share it. Empty by default.
class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    const std::string& text() const {
        static const std::string empty;
        return text_ ? *text_ : empty;
    }
    operator const std::string&() const { return text(); }

    bool operator==(const SharedText& other) const {
        return text_ == other.text_ || text() == other.text();
    }
    template <class Text>
    requires std::is_convertible_v<const Text&, std::string_view>
    bool operator==(const Text& other) const { return text() == std::string_view(other); }

private:
    std::shared_ptr<const std::string> text_;
};

inline std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << text.text();
}

}  // namespace onnxhub
