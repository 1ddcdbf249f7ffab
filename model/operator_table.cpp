// SPDX-License-Identifier: Apache-2.0
#include "model/operator_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "base/decimal.h"
#include "embedded/operators.h"

namespace onnxhub {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

constexpr std::pair<std::string_view, AttributeKind> attribute_kinds[] = {
    {"int", AttributeKind::integer},   {"ints", AttributeKind::integers},
    {"float", AttributeKind::real},    {"floats", AttributeKind::reals},
    {"string", AttributeKind::string}, {"strings", AttributeKind::strings},
    {"tensor", AttributeKind::tensor}, {"sparse_tensor", AttributeKind::sparse_tensor},
    {"graph", AttributeKind::graph},   {"type_proto", AttributeKind::type},
};

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + separator.size());
    }
}

std::vector<std::string_view> words_of(std::string_view part) {
    return part == "-" ? std::vector<std::string_view>() : split(part, " ");
}

/// Cuts `text` at the last ':', since names of ports may have one.
std::pair<std::string_view, std::string_view> name_and_rest(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) throw std::invalid_argument("no ':'");
    return {text.substr(0, colon), text.substr(colon + 1)};
}

template <typename Number>
Number number_of(std::string_view text) {
    const auto number = parse_decimal<Number>(text);
    if (!number) throw std::invalid_argument("not a number");
    return *number;
}

bool take_suffix(std::string_view& text, char suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(1);
    return true;
}

}  // namespace

const OperatorPort* OperatorPorts::at(std::size_t index) const {
    if (index < ports.size()) return &ports[index];
    return !ports.empty() && ports.back().is_variadic ? &ports.back() : nullptr;
}

const OperatorAttribute* OperatorVersion::attribute(std::string_view name) const {
    const auto found = std::ranges::lower_bound(attributes, name, {}, &OperatorAttribute::name);
    return found != attributes.end() && found->name == name ? &*found : nullptr;
}

/// Reads the lines of model/operators.txt.
class OperatorTableReader {
public:
    explicit OperatorTableReader(OperatorTable& table) : table_(table) {}

    void read(std::string_view text) {
        int number = 0;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            ++number;
            try {
                read_line(text.substr(0, end));
            } catch (const std::logic_error& error) {
                throw std::invalid_argument(fmt::format("line {}: {}", number, error.what()));
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

private:
    void read_line(std::string_view line) {
        if (line.empty() || line.starts_with('#')) return;
        const auto words = split(line.substr(0, line.find(" | ")), " ");
        if (words.size() < 2) throw std::invalid_argument("too short");
        if (words[0] == "domain") {
            domain_ = words[1] == "ai.onnx" ? std::string_view() : words[1];
            table_.domains_[domain_];
        } else if (words[0] == "set") {
            TypeSet& set = sets_[words[1]];
            for (std::size_t i = 2; i < words.size(); ++i) set.set(type(words[i]));
        } else {
            read_operator(words, line);
        }
    }

    void read_operator(const std::vector<std::string_view>& head, std::string_view line) {
        OperatorVersion version;
        version.since = number_of<int>(head[1]);
        version.is_deprecated = head.size() > 2 && head[2] == "deprecated";
        if (!version.is_deprecated) read_signature(line, version);
        OperatorTable::Domain& domain = table_.domains_.at(domain_);
        domain.newest_opset = std::max(domain.newest_opset, version.since);
        auto& versions = table_.operators_[{domain_, head[0]}];
        if (!versions.empty() && versions.back().since >= version.since) {
            throw std::invalid_argument("versions are not in order");
        }
        versions.push_back(std::move(version));
    }

    void read_signature(std::string_view line, OperatorVersion& version) {
        const auto parts = split(line, " | ");
        if (parts.size() != 5) throw std::invalid_argument("not five parts");
        variables_.clear();
        for (const std::string_view text : words_of(parts[4])) {
            const std::size_t equals = text.find('=');
            if (equals == text.npos) throw std::invalid_argument("no '='");
            variables_[text.substr(0, equals)] = sets_.at(text.substr(equals + 1));
        }
        version.inputs = ports(parts[1]);
        version.outputs = ports(parts[2]);
        for (const std::string_view text : words_of(parts[3])) {
            version.attributes.push_back(attribute(text));
        }
        std::ranges::sort(version.attributes, {}, &OperatorAttribute::name);
    }

    OperatorPorts ports(std::string_view text) {
        const auto words = split(text, " ");
        if (words.size() < 2) throw std::invalid_argument("no number of values");
        OperatorPorts result;
        result.least = number_of<std::size_t>(words[0]);
        result.most = words[1] == "*" ? no_limit : number_of<std::size_t>(words[1]);
        for (std::size_t i = 2; i < words.size(); ++i) result.ports.push_back(port(words[i]));
        return result;
    }

    OperatorPort port(std::string_view text) {
        OperatorPort result;
        result.is_mixed = take_suffix(text, '+');
        result.is_variadic = take_suffix(text, '*') || result.is_mixed;
        result.is_optional = take_suffix(text, '?');
        const auto [name, kind] = name_and_rest(text);
        result.name = name;
        if (kind.starts_with('=')) {
            result.types.set(type(kind.substr(1)));
        } else {
            result.variable = kind;
            result.types = variables_.at(kind);
        }
        return result;
    }

    static OperatorAttribute attribute(std::string_view text) {
        OperatorAttribute result;
        result.is_required = take_suffix(text, '!');
        const auto [name, kind] = name_and_rest(text);
        result.name = name;
        const auto found = std::ranges::find(attribute_kinds, kind,
                                             &std::pair<std::string_view, AttributeKind>::first);
        if (found == std::end(attribute_kinds)) throw std::invalid_argument("unknown kind");
        result.kind = found->second;
        return result;
    }

    /// "float" stands for "tensor(float)". Values of maps are written as in ports.
    TypeIndex type(std::string_view text) {
        std::string name(text);
        if (text.find('(') == text.npos) name = fmt::format("tensor({})", text);
        if (const std::size_t map = name.find("map("); map != name.npos) {
            const std::size_t comma = name.find(',', map);
            const std::size_t end = name.find(')', map);
            name = fmt::format("{}tensor({}){}", name.substr(0, comma + 1),
                               name.substr(comma + 1, end - comma - 1), name.substr(end));
        }
        const auto [found, is_new] =
            table_.types_.try_emplace(name, static_cast<TypeIndex>(table_.type_names_.size()));
        if (is_new) table_.type_names_.push_back(name);
        if (found->second >= type_count_limit) throw std::invalid_argument("too many types");
        return found->second;
    }

    OperatorTable& table_;
    std::string_view domain_;
    std::map<std::string_view, TypeSet> sets_;
    std::map<std::string_view, TypeSet> variables_;
};

OperatorTable::OperatorTable(std::string_view text) {
    OperatorTableReader(*this).read(text);
}

const OperatorTable& OperatorTable::known() {
    static const OperatorTable table(embedded::operators);
    return table;
}

bool OperatorTable::has_domain(std::string_view domain) const {
    return domains_.contains(domain);
}

int OperatorTable::newest_opset(std::string_view domain) const {
    const auto found = domains_.find(domain);
    return found == domains_.end() ? 0 : found->second.newest_opset;
}

const std::vector<OperatorVersion>* OperatorTable::versions(std::string_view domain,
                                                            std::string_view name) const {
    const auto found = operators_.find({domain, name});
    return found == operators_.end() ? nullptr : &found->second;
}

std::optional<TypeIndex> OperatorTable::type_index(std::string_view type) const {
    const auto found = types_.find(type);
    if (found == types_.end()) return std::nullopt;
    return found->second;
}

const OperatorVersion* version_for(const std::vector<OperatorVersion>& versions, int opset) {
    const auto newer = std::ranges::upper_bound(versions, opset, {}, &OperatorVersion::since);
    return newer == versions.begin() ? nullptr : &*std::prev(newer);
}

}  // namespace onnxhub
