# SPDX-License-Identifier: Apache-2.0
# The libraries onnxhub is built from, as Debian 12, Ubuntu 24.04 and newer package them.

include(cmake/client_dependencies.cmake)
find_package(CLI11 REQUIRED)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(libcurl REQUIRED libcurl)
pkg_check_modules(libmicrohttpd REQUIRED IMPORTED_TARGET libmicrohttpd)

# cmark-gfm's extensions come with a header and a library, but not everywhere with a .pc file.
pkg_check_modules(cmark_gfm REQUIRED IMPORTED_TARGET libcmark-gfm)
find_library(CMARK_GFM_EXTENSIONS cmark-gfm-extensions REQUIRED)
add_library(onnxhub_cmark_gfm INTERFACE)
target_link_libraries(onnxhub_cmark_gfm INTERFACE ${CMARK_GFM_EXTENSIONS} PkgConfig::cmark_gfm)
