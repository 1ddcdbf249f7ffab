# SPDX-License-Identifier: Apache-2.0
# Fails when PROGRAM needs a shared library that only the ONNX worker may link: libonnx and protobuf are
# slow to load, and crafted models have crashed libonnx.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ldd ${PROGRAM} OUTPUT_VARIABLE libraries RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "ldd ${PROGRAM}: ${status}")
endif()
if(libraries MATCHES "libonnx[^ ]*|libprotobuf\\.so[^ ]*")
  message(FATAL_ERROR "${PROGRAM} needs ${CMAKE_MATCH_0}")
endif()
