# SPDX-License-Identifier: Apache-2.0
# Dependencies of the client library. This file is installed too, because projects that link the library need them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(Protobuf REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(libgit2 REQUIRED IMPORTED_TARGET libgit2>=1.5)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)

# libonnx: the graph types, checker, shape inference and version converter.
# A project may call find_package(onnxhub) several times; the target is created once.
if(NOT TARGET onnxhub_onnx)
  find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED)
  find_library(ONNX_LIBRARY onnx REQUIRED)
  find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
  add_library(onnxhub_onnx INTERFACE IMPORTED)
  target_include_directories(onnxhub_onnx SYSTEM INTERFACE ${ONNX_INCLUDE_DIR})
  target_compile_definitions(onnxhub_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
  target_link_libraries(onnxhub_onnx INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
endif()
