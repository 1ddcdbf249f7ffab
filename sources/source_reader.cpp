// SPDX-License-Identifier: Apache-2.0
#include "sources/source_reader.h"

#include <iterator>
#include <utility>

namespace onnxhub {
namespace {

template <class Item>
void move_items(std::vector<Item> from, std::vector<Item>& to) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

void append(SourceResult more, SourceResult& all) {
    move_items(std::move(more.models), all.models);
    move_items(std::move(more.broken), all.broken);
    move_items(std::move(more.lost_files), all.lost_files);
    move_items(std::move(more.mismatches), all.mismatches);
    all.diagnostics.append(std::move(more.diagnostics));
}

}  // namespace onnxhub
