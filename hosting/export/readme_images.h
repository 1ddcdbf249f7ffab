// SPDX-License-Identifier: Apache-2.0
// Images of the hub that its READMEs show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "repository/tree.h"

namespace onnxhub {

inline constexpr std::uint64_t readme_image_size = 2 * 1024 * 1024;  // bytes of one image
inline constexpr std::size_t readme_images_size = 16 * 1024 * 1024;  // bytes of all
inline constexpr std::size_t readme_images_limit = 50;               // in one README
inline constexpr std::size_t longest_image_target = 2000;            // bytes

/// The targets of images, as written in Markdown ("![text](target)") or HTML ("<img src=target>"):
/// the first 50 different ones of at most 2,000 bytes each. Code counts as text.
std::vector<std::string> image_targets_of(std::string_view markdown);

/// Collects images by their content: PNG, JPEG, GIF and WebP of at most 2 MiB each, 16 MiB
/// together. Those of other servers are left out, and those that are missing, too large or only
/// pointers.
class ReadmeImages {
public:
    /// Keeps a reference to `tree`.
    explicit ReadmeImages(const Tree& tree) : tree_(tree) {}

    /// Paths of the images in a README of `folder`, by target.
    std::map<std::string, std::string> add(const std::string& folder, std::string_view markdown);

    /// The images by the same paths, which are those of catalog_path().
    std::map<std::string, std::string> take_files() { return std::move(files_); }

private:
    std::string path_of(const std::string& file);

    const Tree& tree_;
    std::map<std::string, std::string> paths_;  ///< by path in the hub; "" for unusable files
    std::map<std::string, std::string> files_;
    std::size_t bytes_ = 0;
};

}  // namespace onnxhub
