// SPDX-License-Identifier: Apache-2.0
#include "sources/row_overrides.h"

#include <algorithm>

namespace onnxhub {
namespace {

/// Sets the facts of one override that no earlier one has set.
class Overriding {
public:
    Overriding(const SourceOverride& change, ModelRow& row, StatedFacts& stated,
               std::set<Fact>& decided)
        : change_(change), row_(row), stated_(stated), decided_(decided) {}

    void apply(const std::shared_ptr<const std::string>& file) {
        set(Fact::name, change_.name, row_.name, file);
        set(Fact::opset, change_.opset, row_.opset_version, file);
        set(Fact::onnx_version, change_.onnx_version, row_.onnx_version, file);
        set(Fact::tags, change_.tags, row_.tags, file);
        set(Fact::test_data, change_.test_data, row_.archive_path, file);
        ModelFacts& about = stated_.about;
        set(Fact::license, change_.about.license, about.license, file);
        set(Fact::author, change_.about.author, about.author, file);
        set(Fact::task, change_.about.task, about.task, file);
        set(Fact::description, change_.about.description, about.description, file);
        set(Fact::parameters, change_.about.parameters, about.parameters, file);
    }

private:
    template <class Value, class Place>
    void set(Fact fact, const Value& value, Place& place,
             const std::shared_ptr<const std::string>& file) {
        if (!value || !decided_.insert(fact).second) return;
        place = *value;
        stated_.origins.push_back({fact, file, change_.line});
    }

    const SourceOverride& change_;
    ModelRow& row_;
    StatedFacts& stated_;
    std::set<Fact>& decided_;
};

}  // namespace

RowOverrides::RowOverrides(const Settings& settings)
    : settings_(settings),
      file_(std::make_shared<const std::string>(settings.file)),
      is_used_(settings.overrides.size(), false) {
    for (const SourceOverride& change : settings.overrides) {
        globs_.emplace_back(change.paths.begin(), change.paths.end());
    }
}

std::set<Fact> RowOverrides::apply(ModelRow& row, StatedFacts& stated) {
    std::set<Fact> decided;
    for (std::size_t i = 0; i < globs_.size(); ++i) {
        if (!use(i, row.model_path)) continue;
        Overriding(settings_.overrides[i], row, stated, decided).apply(file_);
    }
    return decided;
}

void RowOverrides::use_for(const std::string& path) {
    for (std::size_t i = 0; i < globs_.size(); ++i) use(i, path);
}

bool RowOverrides::use(std::size_t position, const std::string& path) {
    const bool matches =
        std::ranges::any_of(globs_[position], [&](const Glob& glob) { return glob.matches(path); });
    if (matches) is_used_[position] = true;
    return matches;
}

std::vector<int> RowOverrides::unused_lines() const {
    std::vector<int> lines;
    for (std::size_t i = 0; i < is_used_.size(); ++i) {
        if (!is_used_[i]) lines.push_back(settings_.overrides[i].line);
    }
    return lines;
}

}  // namespace onnxhub
