# SPDX-License-Identifier: Apache-2.0
# Part of `cmake --install`: the client's headers, below <prefix>/include/onnxhub. They name each other
# from the project's top folder (`#include "manifest/entry.h"`), and a user's project may have files of
# these names. So their include lines begin with "onnxhub/" when they are installed.
# Takes ONNXHUB_SOURCE (top folder), ONNXHUB_STAGE (a folder to write to), ONNXHUB_FOLDERS (with
# headers) and ONNXHUB_INCLUDEDIR (where to install).
file(REMOVE_RECURSE "${ONNXHUB_STAGE}")
string(REPLACE ";" "|" folders "${ONNXHUB_FOLDERS}")
foreach(folder IN LISTS ONNXHUB_FOLDERS)
  file(GLOB headers RELATIVE "${ONNXHUB_SOURCE}" "${ONNXHUB_SOURCE}/${folder}/*.h")
  foreach(header IN LISTS headers)
    file(READ "${ONNXHUB_SOURCE}/${header}" text)
    string(REGEX REPLACE "(#include \")((${folders})/[^/\"]+\")" "\\1onnxhub/\\2" text "${text}")
    if(text MATCHES "#include \"(([^o]|o[^n])[^\"]*)\"")
      message(FATAL_ERROR "${header}: includes ${CMAKE_MATCH_1}, which is not installed; "
        "move what it needs, or install that folder's headers too (cmake/package.cmake)")
    endif()
    file(WRITE "${ONNXHUB_STAGE}/onnxhub/${header}" "${text}")
  endforeach()
endforeach()
file(INSTALL DESTINATION "${ONNXHUB_INCLUDEDIR}" TYPE DIRECTORY FILES "${ONNXHUB_STAGE}/onnxhub")
