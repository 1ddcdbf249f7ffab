// SPDX-License-Identifier: Apache-2.0
#include "sources/record_walk.h"

#include <cstddef>
#include <span>

namespace onnxhub {
namespace {

/// A document has less than three million values, and "**" comes to each of them twice.
constexpr std::size_t visit_limit = 8'000'000;

class RecordWalk {
public:
    explicit RecordWalk(const RecordVisitor& visit) : visit_(visit) {}

    bool is_complete() const { return visited_ <= visit_limit; }

    void walk(const DocumentValue& value, const std::string& key,
              std::span<const PathSegment> path) {
        if (++visited_ > visit_limit) return;
        if (path.empty()) {
            visit_(value, key);
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
        for (auto child = value.first(); child && is_complete(); child = child->next()) {
            walk(*child, value.is_list() ? std::to_string(index++) : std::string(child->key()),
                 path);
        }
    }

    const RecordVisitor& visit_;
    std::size_t visited_ = 0;
};

}  // namespace

bool visit_records(const DocumentValue& root, const DocumentPath& path,
                   const RecordVisitor& visit) {
    RecordWalk walk(visit);
    walk.walk(root, "", path);
    return walk.is_complete();
}

}  // namespace onnxhub
