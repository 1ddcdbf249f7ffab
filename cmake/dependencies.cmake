# SPDX-License-Identifier: Apache-2.0
# The libraries onnxhub is built from, as Debian 12, Ubuntu 24.04 and newer package them.

include(cmake/client_dependencies.cmake)
find_package(CLI11 REQUIRED)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(libcurl REQUIRED libcurl)
pkg_check_modules(libmicrohttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)

# cmark-gfm's extensions come with a header and a library, but not everywhere with a .pc file.
pkg_check_modules(cmark_gfm REQUIRED IMPORTED_TARGET libcmark-gfm)
find_library(CMARK_GFM_EXTENSIONS cmark-gfm-extensions REQUIRED)
add_library(onnxhub_cmark_gfm INTERFACE)
target_link_libraries(onnxhub_cmark_gfm INTERFACE ${CMARK_GFM_EXTENSIONS} PkgConfig::cmark_gfm)

# libonnx: checker, shape inference and version converter, for the worker (model/worker/) and tests.
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED)
find_library(ONNX_LIBRARY onnx REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(onnxhub_onnx INTERFACE)
target_include_directories(onnxhub_onnx SYSTEM INTERFACE ${ONNX_INCLUDE_DIR})
target_compile_definitions(onnxhub_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(onnxhub_onnx INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
