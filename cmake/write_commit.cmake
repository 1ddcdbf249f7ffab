# SPDX-License-Identifier: Apache-2.0
# Run at each build: writes the commit of SOURCE into FOLDER/commit.txt and FOLDER/build_commit.cpp, when it has changed.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-toplevel OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(REAL_PATH ${SOURCE} source)
if(NOT commit MATCHES "^[0-9a-f]+$" OR NOT top STREQUAL source)
  set(commit "unknown")  # an archive of the sources
else()
  execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes)
  if(changes)
    set(commit "${commit}-modified")
  endif()
endif()
file(CONFIGURE OUTPUT ${FOLDER}/commit.txt CONTENT "${commit}\n" @ONLY)
file(CONFIGURE OUTPUT ${FOLDER}/build_commit.cpp @ONLY CONTENT
"#include \"cli/build_commit.h\"
namespace onnxhub {
const char* const build_commit = \"${commit}\";
}
")
