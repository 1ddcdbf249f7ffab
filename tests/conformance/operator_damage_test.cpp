// SPDX-License-Identifier: Apache-2.0
// Breaks valid models in many ways. Each damage is found on its node, and nothing else is.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "manifest/element_type.h"
#include "model/operator_check.h"
#include "model/operator_table.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

/// A valid model with one node in its graph, and the version of that node's operator.
struct Base {
    onnx::ModelProto model;
    const OperatorVersion* version = nullptr;
    std::int64_t opset = 0;

    onnx::GraphProto& graph() { return *model.mutable_graph(); }
    onnx::NodeProto& node() { return *graph().mutable_node(0); }

    /// The input of the graph that only the node's input `i` uses; null: there is none.
    onnx::ValueInfoProto* graph_input(int i) {
        const std::string& name = node().input(i);
        if (std::ranges::count(node().input(), name) != 1) return nullptr;
        for (auto& input : *graph().mutable_input()) {
            if (input.name() == name && input.type().has_tensor_type()) return &input;
        }
        return nullptr;
    }

    bool is_legacy() const { return model.ir_version() < 3; }
};

std::string type_name(int element) {
    return fmt::format("tensor({})", element_type_name(element));
}

/// An element type that the port takes or not, other than `present`; 0: there is none.
int another_type(const OperatorPort& port, int present, bool is_allowed) {
    for (int element = 1; element <= 16; ++element) {
        const auto index = OperatorTable::known().type_index(type_name(element));
        if (index && element != present && port.types.test(*index) == is_allowed) return element;
    }
    return 0;
}

using Found = std::optional<OperatorProblem>;

Found unknown_operator(Base& base) {
    base.node().set_op_type(base.node().op_type() + "Xyz");
    return OperatorProblem::unknown_operator;
}

Found newer_operator(Base& base) {
    const auto domain = base.node().domain();
    const int first = OperatorTable::known().versions(domain, base.node().op_type())->front().since;
    if (first < 2) return {};
    for (auto& import : *base.model.mutable_opset_import()) {
        if (import.domain() == domain) import.set_version(first - 1);
    }
    return OperatorProblem::newer_operator;
}

Found too_many_inputs(Base& base) {
    if (base.version->inputs.most > 100 || base.node().input().empty()) return {};
    while (static_cast<std::size_t>(base.node().input_size()) <= base.version->inputs.most) {
        base.node().add_input(base.graph().input(0).name());
    }
    return OperatorProblem::input_count;
}

Found too_few_inputs(Base& base) {
    if (base.version->inputs.least == 0) return {};
    while (static_cast<std::size_t>(base.node().input_size()) >= base.version->inputs.least) {
        base.node().mutable_input()->RemoveLast();
    }
    return OperatorProblem::input_count;
}

Found empty_input(Base& base) {
    for (int i = base.node().input_size() - 1; i >= 0; --i) {
        const OperatorPort* port = base.version->inputs.at(static_cast<std::size_t>(i));
        if (!port || port->is_optional || port->is_variadic) continue;
        base.node().set_input(i, "");
        return OperatorProblem::input_missing;
    }
    return {};
}

Found too_many_outputs(Base& base) {
    if (base.version->outputs.most > 100) return {};
    for (int i = 0;
         static_cast<std::size_t>(base.node().output_size()) <= base.version->outputs.most; ++i) {
        base.node().add_output("more" + std::to_string(i));
    }
    return OperatorProblem::output_count;
}

Found too_few_outputs(Base& base) {
    if (base.version->outputs.least == 0) return {};
    base.node().clear_output();
    base.graph().clear_output();
    return OperatorProblem::output_count;
}

Found unknown_attribute(Base& base) {
    auto* attribute = base.node().add_attribute();
    attribute->set_name("no_such_attribute");
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(1);
    return OperatorProblem::unknown_attribute;
}

Found wrong_attribute_type(Base& base) {
    for (auto& attribute : *base.node().mutable_attribute()) {
        if (attribute.has_g()) continue;
        const bool is_integer = attribute.type() == onnx::AttributeProto::INT;
        const std::string name = attribute.name();
        attribute.Clear();
        attribute.set_name(name);
        attribute.set_type(is_integer ? onnx::AttributeProto::STRINGS : onnx::AttributeProto::INT);
        return OperatorProblem::attribute_type;
    }
    return {};
}

Found missing_attribute(Base& base) {
    auto& attributes = *base.node().mutable_attribute();
    for (int i = 0; i < attributes.size(); ++i) {
        const OperatorAttribute* known = base.version->attribute(attributes[i].name());
        if (!known->is_required) continue;
        attributes.DeleteSubrange(i, 1);
        return OperatorProblem::attribute_missing;
    }
    return {};
}

Found wrong_input_type(Base& base) {
    for (int i = 0; i < base.node().input_size(); ++i) {
        onnx::ValueInfoProto* input = base.graph_input(i);
        const OperatorPort* port = base.version->inputs.at(static_cast<std::size_t>(i));
        if (!input || !port) continue;
        auto* tensor = input->mutable_type()->mutable_tensor_type();
        const int type = another_type(*port, tensor->elem_type(), false);
        if (type == 0) continue;
        tensor->set_elem_type(type);
        return OperatorProblem::value_type;
    }
    return {};
}

/// The second of two inputs that must have equal types gets another allowed type.
Found unequal_types(Base& base) {
    std::set<std::string_view> variables;
    for (int i = 0; i < base.node().input_size(); ++i) {
        onnx::ValueInfoProto* input = base.graph_input(i);
        const OperatorPort* port = base.version->inputs.at(static_cast<std::size_t>(i));
        if (!input || !port || port->variable.empty() || port->is_mixed) continue;
        auto* tensor = input->mutable_type()->mutable_tensor_type();
        const int type = another_type(*port, tensor->elem_type(), true);
        if (variables.insert(port->variable).second || type == 0) continue;
        tensor->set_elem_type(type);
        return OperatorProblem::value_type;
    }
    return {};
}

Found wrong_stated_type(Base& base) {
    if (base.graph().output().empty() || base.node().output().empty()) return {};
    const OperatorPort* output = base.version->outputs.at(0);
    auto& stated = *base.graph().mutable_output(0);
    const bool is_first = stated.name() == base.node().output(0);
    if (!output || output->is_mixed || !is_first || !stated.type().has_tensor_type()) return {};
    for (int i = 0; i < base.node().input_size(); ++i) {
        const OperatorPort* port = base.version->inputs.at(static_cast<std::size_t>(i));
        if (!base.graph_input(i) || port->is_mixed || port->variable.empty() ||
            port->variable != output->variable) {
            continue;
        }
        auto* tensor = stated.mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(tensor->elem_type() == 1 ? 7 : 1);
        return OperatorProblem::value_type;
    }
    return {};
}

Found undefined_input(Base& base) {
    if (base.node().input().empty() || base.node().input(0).empty()) return {};
    base.node().set_input(0, "nowhere");
    return OperatorProblem::undefined_name;
}

Found own_output(Base& base) {
    const bool has_both = !base.node().input().empty() && !base.node().input(0).empty() &&
                          !base.node().output().empty() && !base.node().output(0).empty();
    if (!has_both) return {};
    base.node().set_input(0, base.node().output(0));
    return OperatorProblem::name_used_early;
}

Found repeated_output(Base& base) {
    if (base.graph().input().empty() || base.node().output().empty()) return {};
    base.node().set_output(0, base.graph().input(0).name());
    base.graph().clear_output();
    return OperatorProblem::repeated_name;
}

Found repeated_input(Base& base) {
    if (base.graph().input().empty()) return {};
    *base.graph().add_input() = base.graph().input(0);
    return OperatorProblem::repeated_name;
}

Found undefined_output(Base& base) {
    if (base.graph().output().empty()) return {};
    base.graph().mutable_output(0)->set_name("nowhere");
    return OperatorProblem::undefined_name;
}

Found missing_import(Base& base) {
    auto& imports = *base.model.mutable_opset_import();
    for (int i = 0; i < imports.size(); ++i) {
        if (imports[i].domain() != base.node().domain()) continue;
        imports.DeleteSubrange(i, 1);
        return OperatorProblem::opset_not_imported;
    }
    return {};
}

onnx::TensorProto* add_tensor(Base& base) {
    auto* tensor = base.graph().add_initializer();
    tensor->set_name("added");
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_dims(2);
    tensor->set_raw_data(std::string(8, '\0'));
    return tensor;
}

Found wrong_dimensions(Base& base) {
    add_tensor(base)->set_dims(0, 3);
    return OperatorProblem::tensor_size;
}

Found negative_dimension(Base& base) {
    add_tensor(base)->set_dims(0, -2);
    return OperatorProblem::tensor_size;
}

Found cut_data(Base& base) {
    add_tensor(base)->set_raw_data("1234567");
    return OperatorProblem::tensor_size;
}

Found undefined_element_type(Base& base) {
    add_tensor(base)->set_data_type(77);
    return OperatorProblem::tensor_size;
}

Found wrong_attribute_tensor(Base& base) {
    for (auto& attribute : *base.node().mutable_attribute()) {
        if (!attribute.has_t() || attribute.t().dims().empty()) continue;
        attribute.mutable_t()->set_dims(0, attribute.t().dims(0) + 1);
        for (const auto dimension : attribute.t().dims()) {
            if (dimension == 0) return {};
        }
        return OperatorProblem::tensor_size;
    }
    return {};
}

/// A node after the first one, so that the findings must name the second.
Found of_second_node(Base& base) {
    const std::string domain = base.node().domain();
    auto* node = base.graph().add_node();
    node->set_op_type("Xyz");
    node->set_domain(domain);
    node->add_output("xyz");
    return OperatorProblem::unknown_operator;
}

struct Damage {
    const char* name;
    Found (*apply)(Base&);
    int node = 1;  ///< that the finding names; 0: the graph
};

constexpr Damage damages[] = {
    {"unknown operator", unknown_operator},
    {"operator of a later opset", newer_operator},
    {"too many inputs", too_many_inputs},
    {"too few inputs", too_few_inputs},
    {"empty input", empty_input},
    {"too many outputs", too_many_outputs},
    {"too few outputs", too_few_outputs},
    {"unknown attribute", unknown_attribute},
    {"attribute of another type", wrong_attribute_type},
    {"missing attribute", missing_attribute},
    {"input of another type", wrong_input_type},
    {"inputs of unequal types", unequal_types},
    {"stated type", wrong_stated_type},
    {"undefined input", undefined_input},
    {"cycle", own_output},
    {"output with the name of an input", repeated_output},
    {"input twice", repeated_input, 0},
    {"undefined output", undefined_output, 0},
    {"missing import", missing_import, 0},
    {"dimensions", wrong_dimensions, 0},
    {"negative dimension", negative_dimension, 0},
    {"cut data", cut_data, 0},
    {"undefined element type", undefined_element_type, 0},
    {"tensor of an attribute", wrong_attribute_tensor},
    {"second node", of_second_node, 2},
};

OperatorReport check(const onnx::ModelProto& model) {
    const auto skeleton = read_skeleton(*memory_source(model.SerializeAsString()));
    return check_operators(std::get<OnnxSkeleton>(skeleton));
}

std::optional<Base> base_of(const fs::path& path) {
    Base base;
    if (!base.model.ParseFromString(read_file(path)) || base.is_legacy()) return {};
    if (base.graph().node_size() != 1 || base.model.functions_size() > 0) return {};
    for (const auto& import : base.model.opset_import()) {
        if (import.domain() == base.node().domain()) base.opset = import.version();
    }
    const auto* versions =
        OperatorTable::known().versions(base.node().domain(), base.node().op_type());
    if (!versions) return {};
    base.version = version_for(*versions, static_cast<int>(base.opset));
    if (!base.version || base.version->is_deprecated) return {};
    return base;
}

class OperatorDamage : public testing::Test {
protected:
    void damage_all_below(const fs::path& root) {
        for (const auto& file : fs::recursive_directory_iterator(root)) {
            if (file.path().extension() != ".onnx") continue;
            if (const auto base = base_of(file.path())) damage(*base, file.path().string());
        }
    }

    void damage(const Base& base, const std::string& path) {
        for (const Damage& damage : damages) {
            Base broken = base;
            const Found expected = damage.apply(broken);
            if (!expected) continue;
            SCOPED_TRACE(path + ": " + damage.name);
            expect_only(check(broken.model), *expected, damage.node);
            counts[damage.name] += 1;
            operators.insert(base.model.graph().node(0).op_type());
        }
    }

    static void expect_only(const OperatorReport& report, OperatorProblem problem, int node) {
        std::string texts;
        for (const OperatorFinding& one : report.findings) {
            texts += to_text(one) + "\n";
        }
        ASSERT_EQ(report.findings.size(), 1u) << texts;
        EXPECT_EQ(report.findings[0].problem, problem) << texts;
        const std::string place = node == 0 ? "" : fmt::format("node {} (", node);
        EXPECT_EQ(report.findings[0].node.substr(0, place.size()), place) << texts;
        EXPECT_EQ(report.findings[0].node.empty(), node == 0) << texts;
    }

    std::map<std::string, std::size_t> counts;
    std::set<std::string> operators;
};

TEST_F(OperatorDamage, IsFoundOnItsNodeAndNothingElse) {
    const char* corpus = std::getenv("ONNXHUB_CORPUS");
    if (!corpus) GTEST_SKIP() << "ONNXHUB_CORPUS is not set";
    const TemporaryFolder folder;
    const std::string archive = fs::path(corpus) / "onnx-node/node-tests.tar.gz";
    ASSERT_EQ(run_command({"tar", "-xzf", archive, "-C", folder.path()}, folder.path()).status, 0);
    damage_all_below(folder.path());
    std::size_t total = 0;
    for (const Damage& damage : damages) {
        EXPECT_GE(counts[damage.name], 3u) << damage.name;
        total += counts[damage.name];
    }
    RecordProperty("cases", static_cast<int>(total));
    RecordProperty("operators", static_cast<int>(operators.size()));
    EXPECT_GE(total, 5'000u);
    EXPECT_GE(operators.size(), 150u);
}

}  // namespace
}  // namespace onnxhub::test
