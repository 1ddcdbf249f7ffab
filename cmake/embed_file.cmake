# SPDX-License-Identifier: Apache-2.0
# Files that are compiled into the program.
#
# onnxhub_embed_file(TARGET FILE NAME): `#include "embedded/NAME.h"` then gives the bytes of FILE as
# onnxhub::embedded::NAME, a std::string_view. FILE is relative to the top folder, or absolute.
function(onnxhub_embed_file target file name)
  set(folder ${PROJECT_BINARY_DIR}/embedded_files/embedded)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
  add_custom_command(
    OUTPUT ${folder}/${name}.h ${folder}/${name}.cpp
    COMMAND ${CMAKE_COMMAND} -DFILE=${file} -DNAME=${name} -DFOLDER=${folder}
            -P ${PROJECT_SOURCE_DIR}/cmake/write_embedded_file.cmake
    DEPENDS ${file} ${PROJECT_SOURCE_DIR}/cmake/write_embedded_file.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/${name}.cpp)
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/embedded_files)
endfunction()
