// SPDX-License-Identifier: Apache-2.0
// The versions of ONNX's operators: what a node of each must look like. model/operators.txt has the
// facts, from https://github.com/onnx/onnx/blob/main/docs/Changelog.md.
#pragma once

#include <bitset>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onnxhub {

/// A type of a value, such as "tensor(float)", as an index; only types that some operator names.
using TypeIndex = unsigned;

/// More types in the facts are an error of the build's tests.
inline constexpr std::size_t type_count_limit = 192;

using TypeSet = std::bitset<type_count_limit>;

/// The kinds of onnx.AttributeProto.AttributeType that operators use.
enum class AttributeKind {
    integer,
    integers,
    real,
    reals,
    string,
    strings,
    tensor,
    sparse_tensor,
    graph,
    type,
};

struct OperatorAttribute {
    std::string_view name;
    AttributeKind kind = AttributeKind::integer;
    bool is_required = false;
};

/// An input or output.
struct OperatorPort {
    std::string_view name;
    std::string_view variable;  ///< type variable; empty: `types` is the port's own
    TypeSet types;
    bool is_optional = false;
    bool is_variadic = false;  ///< the last port: any number of values
    bool is_mixed = false;     ///< variadic, and each value has a type of its own
};

struct OperatorPorts {
    std::size_t least = 0;
    std::size_t most = 0;  ///< SIZE_MAX: no limit
    std::vector<OperatorPort> ports;

    /// The port of the value at `index`; null: there is none.
    const OperatorPort* at(std::size_t index) const;
};

/// One version of an operator.
struct OperatorVersion {
    int since = 0;               ///< opset of its domain
    bool is_deprecated = false;  ///< removed at this opset; it has no signature
    OperatorPorts inputs;
    OperatorPorts outputs;
    std::vector<OperatorAttribute> attributes;  ///< sorted by name

    const OperatorAttribute* attribute(std::string_view name) const;
};

class OperatorTable {
public:
    /// The table of this program. Thread-safe.
    static const OperatorTable& known();

    /// Reads the format of model/operators.txt, which must outlive the table. Throws
    /// std::invalid_argument with the line.
    explicit OperatorTable(std::string_view text);

    /// Whether the domain's operators are known. The default domain is "".
    bool has_domain(std::string_view domain) const;
    /// The newest opset in which an operator of the domain changed; 0: an unknown domain.
    int newest_opset(std::string_view domain) const;
    /// All versions of an operator, oldest first; null: there is no such operator.
    const std::vector<OperatorVersion>* versions(std::string_view domain,
                                                 std::string_view name) const;
    /// "tensor(float)" as in ModelGraph::ports; nullopt: no operator names this type.
    std::optional<TypeIndex> type_index(std::string_view type) const;
    std::string_view type_name(TypeIndex type) const { return type_names_.at(type); }
    std::size_t operator_count() const { return operators_.size(); }

private:
    friend class OperatorTableReader;

    struct Domain {
        int newest_opset = 0;
    };

    std::map<std::string_view, Domain> domains_;
    std::map<std::pair<std::string_view, std::string_view>, std::vector<OperatorVersion>>
        operators_;
    std::map<std::string, TypeIndex, std::less<>> types_;
    std::vector<std::string> type_names_;
};

/// The version that a model with this opset uses: the newest one that is not newer; null: the
/// operator is newer than the opset.
const OperatorVersion* version_for(const std::vector<OperatorVersion>& versions, int opset);

}  // namespace onnxhub
