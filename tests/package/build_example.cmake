# SPDX-License-Identifier: Apache-2.0
# Installs this build, builds examples/load_model against it as a separate project, and loads a
# model of a hub with it.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${status}\n${said}")
  endif()
  set(said "${said}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/examples/load_model DESTINATION ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
run(${CMAKE_COMMAND} -S ${WORK}/load_model -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/installed
  -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=${CXX_FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${CMAKE_COMMAND} -DPROGRAM=${WORK}/build/load_model -P ${SOURCE}/tests/architecture/check_libraries.cmake)
run(bash ${SOURCE}/examples/quickstart/run.sh ${BUILD} ${WORK}/hub)
run(${CMAKE_COMMAND} -E env ONNX_HOME=${WORK}/cache ${WORK}/build/load_model "${MODEL}" ${WORK}/hub)
if(NOT said MATCHES "input [^\n]+\noutput ")
  message(FATAL_ERROR "load_model said: ${said}")
endif()
file(REMOVE_RECURSE ${WORK})
