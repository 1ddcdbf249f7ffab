// SPDX-License-Identifier: Apache-2.0
#include "base/shared.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/shared_text.h"
#include "base/sparse.h"

namespace onnxhub {
namespace {

using Texts = std::vector<std::string>;

TEST(SharedValue, CopiesAreTheSameObject) {
    const Shared<std::string> one = std::string("text");
    const Shared<std::string> copy = one;
    EXPECT_EQ(&*copy, &*one);
    EXPECT_EQ(copy, one);
    EXPECT_EQ(copy.value(), "text");
}

TEST(SharedValue, EqualValuesAreEqual) {
    const Shared<std::string> one = std::string("text"), other = std::string("text");
    EXPECT_NE(&*one, &*other);
    EXPECT_EQ(one, other);
    EXPECT_FALSE(one == Shared<std::string>(std::string("more")));
    EXPECT_FALSE(one == Shared<std::string>());
    EXPECT_EQ(Shared<std::string>(), Shared<std::string>(std::nullopt));
}

TEST(SharedValue, MayBeAbsent) {
    const Shared<std::string> none;
    EXPECT_FALSE(none);
    EXPECT_FALSE(none.has_value());
    EXPECT_THROW(none.value(), std::bad_optional_access);
    EXPECT_EQ(none.value_or("else"), "else");
    EXPECT_FALSE(Shared<std::string>(std::optional<std::string>()));
    EXPECT_EQ(Shared<std::string>(std::optional<std::string>("x")).value_or("else"), "x");
}

TEST(SharedValue, APartKeepsItsOwner) {
    auto owner = std::make_shared<const Texts>(Texts{"a", "b"});
    const Shared<std::string> part(owner, owner->at(1));
    EXPECT_EQ(&*part, &owner->at(1));
    const std::weak_ptr<const Texts> watched = owner;
    owner.reset();
    EXPECT_FALSE(watched.expired());
    EXPECT_EQ(*part, "b");
}

TEST(SharedTexts, CopiesShareOneText) {
    const SharedText one = "a/README.md";
    const SharedText copy = one;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(&copy.text(), &one.text());
    EXPECT_EQ(copy, one);
    EXPECT_EQ(SharedText("a/README.md"), one) << "another object with the same text";
    EXPECT_EQ(one, "a/README.md");
    EXPECT_EQ(one, std::string("a/README.md"));
    EXPECT_FALSE(one == SharedText());
    EXPECT_EQ(SharedText(), "");
}

TEST(SparseValues, ReadAsTheDefaultUntilTheyAreChanged) {
    Sparse<Texts> texts;
    EXPECT_TRUE(texts->empty());
    EXPECT_EQ(texts, Texts{});
    texts.edit().push_back("a");
    texts.edit().push_back("b");
    EXPECT_EQ(*texts, (Texts{"a", "b"}));
    Sparse<Texts> copy = texts;
    copy.edit().clear();
    EXPECT_EQ(texts->size(), 2u) << "copies are deep";
    EXPECT_EQ(copy, Sparse<Texts>()) << "a value that is the default again";
    texts = {};
    EXPECT_EQ(texts, Sparse<Texts>(Texts{}));
}

}  // namespace
}  // namespace onnxhub
