// SPDX-License-Identifier: Apache-2.0
#include "model/value_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "manifest/element_type.h"
#include "model/element_types.h"
#include "model/stored_number.h"

namespace onnxhub {
namespace {

/// [1, 2]: the element's place.
std::string place_text(std::size_t index, const std::vector<std::int64_t>& dims) {
    std::vector<std::int64_t> place(dims.size());
    for (std::size_t i = dims.size(); i-- > 0;) {
        place[i] = static_cast<std::int64_t>(index) % dims[i];
        index /= static_cast<std::size_t>(dims[i]);
    }
    return fmt::format("[{}]", fmt::join(place, ", "));
}

std::string kind_name(const TestValue& value) {
    constexpr const char* names[] = {"nothing", "a tensor", "a sequence", "a map"};
    return names[value.data.index()];
}

std::string shown_string(std::string_view text) {
    constexpr std::size_t limit = 60;
    std::string shown(text.substr(0, limit));
    while (!shown.empty() && first_line_not_utf8(shown) != 0) shown.pop_back();
    return "\"" + shown + (shown.size() < text.size() ? "…\"" : "\"");
}

class Comparer {
public:
    explicit Comparer(const Tolerance& tolerance) : tolerance_(tolerance) {}

    void compare(const TestValue& expected, const TestValue& actual, const std::string& where) {
        if (expected.data.index() != actual.data.index()) {
            report(where + fmt::format("is {}, not {}", kind_name(actual), kind_name(expected)));
        } else if (const auto* tensor = std::get_if<TensorValue>(&expected.data)) {
            compare(*tensor, std::get<TensorValue>(actual.data), where);
        } else if (const auto* sequence = std::get_if<SequenceValue>(&expected.data)) {
            compare(sequence->items, std::get<SequenceValue>(actual.data).items, where);
        } else if (const auto* map = std::get_if<MapValue>(&expected.data)) {
            compare(*map, std::get<MapValue>(actual.data), where);
        }
    }

    ValueComparison take() { return std::move(result_); }

private:
    void report(std::string difference) {
        if (!result_.difference) result_.difference = std::move(difference);
    }

    void compare(const std::vector<TestValue>& expected, const std::vector<TestValue>& actual,
                 const std::string& where) {
        if (expected.size() != actual.size()) {
            report(where + fmt::format("has {} items, not {}", actual.size(), expected.size()));
            return;
        }
        for (std::size_t i = 0; i < expected.size(); ++i) {
            compare(expected[i], actual[i], where + fmt::format("item {} ", i));
        }
    }

    static std::string key_at(const TensorValue& keys, std::size_t index) {
        return keys.element_type == of_string
                   ? keys.strings.at(index)
                   : std::to_string(stored_at<std::int64_t>(keys.data, index));
    }

    /// Runtimes may order maps in another way.
    static std::vector<std::pair<std::string, const TestValue*>> sorted(const MapValue& map) {
        if (map.keys.element_type != of_string && map.keys.element_type != of_int64) {
            throw UnusableValue("is a map with keys of another type than string and int64");
        }
        if (element_count_of(map.keys.dims) != map.values.size()) {
            throw UnusableValue("is a map with another number of keys than values");
        }
        std::vector<std::pair<std::string, const TestValue*>> items;
        for (std::size_t i = 0; i < map.values.size(); ++i) {
            items.emplace_back(key_at(map.keys, i), &map.values[i]);
        }
        std::ranges::sort(items);
        return items;
    }

    void compare(const MapValue& expected, const MapValue& actual, const std::string& where) {
        const auto wanted = sorted(expected), given = sorted(actual);
        const auto key_of = [](const auto& item) { return item.first; };
        if (!std::ranges::equal(wanted, given, {}, key_of, key_of)) {
            report(where + "has other keys than expected");
            return;
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            compare(*wanted[i].second, *given[i].second,
                    where + fmt::format("item {} ", shown_string(wanted[i].first)));
        }
    }

    void compare(const TensorValue& expected, const TensorValue& actual, const std::string& where) {
        if (expected.element_type != actual.element_type) {
            report(where + fmt::format("has elements of type {}, not {}",
                                       element_type_name(actual.element_type),
                                       element_type_name(expected.element_type)));
        } else if (expected.dims != actual.dims) {
            report(where + fmt::format("has the shape [{}], not [{}]", fmt::join(actual.dims, ", "),
                                       fmt::join(expected.dims, ", ")));
        } else if (expected.element_type == of_string) {
            compare_strings(expected, actual, where);
        } else {
            compare_numbers(expected, actual, where);
        }
    }

    void compare_strings(const TensorValue& expected, const TensorValue& actual,
                         const std::string& where) {
        const auto [wanted, given] = std::ranges::mismatch(expected.strings, actual.strings);
        if (wanted == expected.strings.end()) return;
        const auto index = static_cast<std::size_t>(wanted - expected.strings.begin());
        report(where + fmt::format("is {} at {}, not {}", shown_string(*given),
                                   place_text(index, expected.dims), shown_string(*wanted)));
    }

    void compare_numbers(const TensorValue& expected, const TensorValue& actual,
                         const std::string& where) {
        const int type = expected.element_type;
        const bool is_complex = type == of_complex64 || type == of_complex128;
        const std::size_t parts = is_complex ? 2 : 1;
        const std::size_t count = element_count_of(expected.dims) * parts;
        std::size_t wrong = 0, first = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double wanted = number_at(type, expected.data, i);
            const double given = number_at(type, actual.data, i);
            const double difference = difference_of(wanted, given, type, expected, actual, i);
            result_.largest_difference = std::max(result_.largest_difference, difference);
            if (difference <= allowed(wanted, type)) continue;
            if (wrong++ == 0) first = i;
        }
        if (wrong == 0) return;
        report(where + fmt::format("is {} at {}, not {} ({} of {} numbers differ)",
                                   number_at(type, actual.data, first),
                                   place_text(first / parts, expected.dims),
                                   number_at(type, expected.data, first), wrong, count));
    }

    double allowed(double wanted, int type) const {
        if (type == of_bool || !std::isfinite(wanted)) return 0;
        return tolerance_.absolute + tolerance_.relative * std::abs(wanted);
    }

    /// 64-bit integers have more digits than double.
    static double difference_of(double wanted, double given, int type, const TensorValue& expected,
                                const TensorValue& actual, std::size_t index) {
        if (std::isnan(wanted) && std::isnan(given)) return 0;
        if (std::isnan(wanted) || std::isnan(given)) return std::numeric_limits<double>::infinity();
        if (type == of_int64 || type == of_uint64) {
            const auto a = stored_at<std::uint64_t>(expected.data, index);
            const auto b = stored_at<std::uint64_t>(actual.data, index);
            if (a == b) return 0;
            return std::max(std::abs(wanted - given), 1.0);
        }
        if (wanted == given) return 0;
        return std::abs(wanted - given);
    }

    Tolerance tolerance_;
    ValueComparison result_;
};

}  // namespace

ValueComparison compare_values(const TestValue& expected, const TestValue& actual,
                               const Tolerance& tolerance) {
    Comparer comparer(tolerance);
    comparer.compare(expected, actual, "");
    return comparer.take();
}

}  // namespace onnxhub
