// SPDX-License-Identifier: Apache-2.0
#include "sources/record_walk.h"

#include <cstddef>
#include <span>

namespace onnxhub {
namespace {

/// "**" comes to each value twice.
constexpr std::size_t visits_per_value = 4;

class RecordWalk {
public:
    RecordWalk(std::size_t visits, const RecordVisitor& visit)
        : remaining_visits_(visits), visit_(visit) {}

    bool is_complete() const { return is_complete_; }

    void walk(const DocumentValue& value, const std::string& key,
              std::span<const PathSegment> path) {
        if (remaining_visits_ == 0) is_complete_ = false;
        if (!is_complete_) return;
        --remaining_visits_;
        if (path.empty()) {
            is_complete_ = visit_(value, key);
            return;
        }
        switch (path.front().kind) {
            case PathSegment::Kind::key:
                if (const auto child = value.find(path.front().key)) {
                    walk(*child, path.front().key, path.subspan(1));
                }
                break;
            case PathSegment::Kind::any:
                walk_children(value, path.subspan(1));
                break;
            case PathSegment::Kind::any_depth:
                if (value.is_alias()) break;
                walk(value, key, path.subspan(1));
                walk_children(value, path);
                break;
        }
    }

private:
    void walk_children(const DocumentValue& value, std::span<const PathSegment> path) {
        std::size_t index = 0;
        for (auto child = value.first(); child && is_complete_; child = child->next()) {
            walk(*child, value.is_list() ? std::to_string(index++) : std::string(child->key()),
                 path);
        }
    }

    std::size_t remaining_visits_;
    const RecordVisitor& visit_;
    bool is_complete_ = true;
};

}  // namespace

bool visit_records(const Document& document, const DocumentPath& path, const RecordVisitor& visit) {
    RecordWalk walk(visits_per_value * document.size(), visit);
    walk.walk(document.root(), "", path);
    return walk.is_complete();
}

}  // namespace onnxhub
