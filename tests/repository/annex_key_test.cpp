// SPDX-License-Identifier: Apache-2.0
#include "repository/annex_key.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onnxhub {
namespace {

const std::string digits = "a1cef631ef2cc0c977580eacaa1294d7617727df99214920ca6e8f3172bae03e";
const std::string key_text = "SHA256E-s51276461--" + digits + ".tar.gz";

TEST(AnnexKey, StatesDigestAndSize) {
    const auto key = parse_annex_key(key_text);
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->sha), digits);
    EXPECT_EQ(key->size_bytes, 51'276'461u);
    EXPECT_EQ(key->text, key_text);
    EXPECT_TRUE(parse_annex_key("SHA256-s1--" + digits));
    EXPECT_TRUE(parse_annex_key("SHA256E-s1-m1700000000--" + digits + ".onnx"));
    EXPECT_TRUE(parse_annex_key("SHA256E-s1--" + digits));
}

TEST(AnnexKey, OtherKeysAreNone) {
    const std::string keys[] = {
        "",
        "SHA256E",
        "SHA256E-s1",
        "SHA256E--" + digits + ".onnx",               // no size
        "SHA256E-s1--" + digits.substr(1) + ".onnx",  // too short
        "SHA256E-s1--" + digits + "0.onnx",           // too long
        "SHA256E-s1--" + std::string(64, 'A'),        // capitals
        "SHA256-s1--" + digits + ".onnx",             // this backend has no extension
        "SHA256E-s1--" + digits + "./../x",           // no name of a file
        "SHA256E-s1--" + digits + ".on\nx",
        "SHA256E-s1-S100-C1--" + digits + ".onnx",   // a part of a file
        "SHA256E-s99999999999999999999--" + digits,  // does not fit
        "SHA256E-s-1--" + digits,
        "SHA512E-s1--" + digits + digits,
        "MD5E-s1--0123456789abcdef0123456789abcdef.onnx",
        "WORM-s1-m1--model.onnx",
        "URL-s1--https&c%%example.org%m.onnx",
    };
    for (const std::string& key : keys) EXPECT_FALSE(parse_annex_key(key)) << key;
}

TEST(AnnexKey, PointersAndLinksHaveOne) {
    const std::string link = ".git/annex/objects/KM/Ff/" + key_text + "/" + key_text;
    EXPECT_TRUE(annex_key_of_pointer("/annex/objects/" + key_text + "\n"));
    EXPECT_TRUE(annex_key_of_pointer("/annex/objects/" + key_text + "\r\n/annex/more\n"));
    EXPECT_TRUE(annex_key_of_pointer("../../" + link));  // without symbolic links
    EXPECT_TRUE(annex_key_of_pointer(link + "\n"));
    EXPECT_TRUE(annex_key_of_link("../" + link));
    EXPECT_TRUE(annex_key_of_link(link));
    EXPECT_TRUE(annex_key_of_link("/home/me/hub/" + link));

    EXPECT_FALSE(annex_key_of_pointer("annex/objects/" + key_text));
    EXPECT_FALSE(annex_key_of_pointer("see " + link));
    EXPECT_FALSE(annex_key_of_pointer("../" + link + "\nmore text\n"));
    EXPECT_FALSE(annex_key_of_pointer("/annex/objects/" + key_text + "\n" +
                                      std::string(annex_pointer_size_limit, 'x')));
    EXPECT_FALSE(annex_key_of_link("../annex/objects/" + key_text));
    EXPECT_FALSE(annex_key_of_link("x" + link));
    EXPECT_FALSE(annex_key_of_link("../.git/annex/objects/KM/Ff/" + key_text + "/other"));
}

/// Folders of public repositories.
TEST(AnnexKey, ObjectsAreInTheFoldersOfGitAnnex) {
    const std::pair<std::string, std::string> keys_and_folders[] = {
        {key_text, "KM/Ff"},
        {"SHA256E-s1082687--290a43b80da6f608e3d47107f3b6c05e98eebe56ed4eea633748c08bd1a7837a.nii."
         "gz",
         "mF/GV"},
        {"SHA256E-s0--e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "pX/ZJ"},
    };
    for (const auto& [text, folders] : keys_and_folders) {
        const auto paths = annex_object_paths(*parse_annex_key(text));
        EXPECT_EQ(paths[0], folders + "/" + text + "/" + text);
    }
    const std::string empty =
        "SHA256E-s0--e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    EXPECT_EQ(annex_object_paths(*parse_annex_key(empty))[1], "f87/4d5/" + empty + "/" + empty);
}

}  // namespace
}  // namespace onnxhub
