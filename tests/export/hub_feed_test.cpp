// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosting/export/markup_text.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HubFeed, ListsChangesWithLinksToThePage) {
    const std::vector<HistoryEntry> changes = {
        {1'700'000'000, "c1", true, "A <b>", "a/a.onnx", std::string(64, 'a')},
        {1'600'000'000, "c0", false, "B", "b.onnx", ""}};
    const std::string feed = atom_feed("Hub & co", "https://hub.example/x", changes);
    EXPECT_THAT(feed, HasSubstr("<title>Hub &amp; co</title>"));
    EXPECT_THAT(feed, HasSubstr("<updated>2023-11-14T22:13:20Z</updated>"));
    EXPECT_THAT(feed, HasSubstr("<title>A &lt;b&gt; added</title>"));
    EXPECT_THAT(feed, HasSubstr("<title>B changed</title>"));
    EXPECT_THAT(feed, HasSubstr("href=\"https://hub.example/x/#/sha256/" + std::string(64, 'a')));
    EXPECT_EQ(atom_feed("Hub & co", "https://hub.example/x", changes), feed);
    EXPECT_THAT(atom_feed("H", std::nullopt, changes), HasSubstr("<link href=\"../#/sha256/"));
    EXPECT_THAT(atom_feed("H", std::nullopt, {}), Not(HasSubstr("<entry>")));
}

TEST(HubFeed, HasTheLatestChanges) {
    const std::vector<HistoryEntry> many(feed_entry_limit + 1, {1, "c", true, "M", "m.onnx", ""});
    const std::string feed = atom_feed("H", std::nullopt, many);
    std::size_t entries = 0;
    for (std::size_t at = 0; (at = feed.find("<entry>", at)) != feed.npos; ++at) ++entries;
    EXPECT_EQ(entries, feed_entry_limit);
}

TEST(MarkupText, IsText) {
    EXPECT_EQ(markup_text("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    EXPECT_EQ(markup_text(std::string_view("\0\x1b\xff \xc3\xbc", 6)),
              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xc3\xbc");
}

}  // namespace
}  // namespace onnxhub::test
