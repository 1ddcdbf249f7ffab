// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/digest.h"
#include "base/utc_time.h"
#include "hosting/export/markup_text.h"

namespace onnxhub {
namespace {

/// An id that stays the same for the same change, and differs for all others.
std::string id_of(std::string_view kind, std::string_view content) {
    return fmt::format("urn:onnxhub:{}:{}", kind, to_hex(sha256_of(content)));
}

std::string entry_of(const HistoryEntry& change, const std::string& page) {
    const std::string id = id_of("change", change.commit + '\n' + change.path);
    const std::string link =
        change.sha.empty() ? page : fmt::format("{}#/sha256/{}", page, change.sha);
    return fmt::format(
        "<entry><title>{0} {1}</title><id>{2}</id><updated>{3}</updated>"
        "<link href=\"{4}\"/><summary>{5}</summary></entry>\n",
        markup_text(change.model), change.is_new ? "added" : "changed", id,
        utc_time_text(change.seconds), markup_text(link), markup_text(change.path));
}

}  // namespace

std::string atom_feed(const std::string& hub_name, const std::optional<std::string>& base_url,
                      const std::vector<HistoryEntry>& changes) {
    std::string page = base_url.value_or("../");
    if (!page.ends_with('/')) page += '/';
    const std::int64_t updated = changes.empty() ? 0 : changes.front().seconds;
    std::string feed = fmt::format(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{0}</title><id>{1}</id>"
        "<updated>{2}</updated><author><name>{0}</name></author><link href=\"{3}\"/>\n",
        markup_text(hub_name), id_of("hub", hub_name + '\n' + page), utc_time_text(updated),
        markup_text(page));
    const std::size_t count = std::min(changes.size(), feed_entry_limit);
    for (std::size_t i = 0; i < count; ++i) feed += entry_of(changes[i], page);
    return feed + "</feed>\n";
}

}  // namespace onnxhub
