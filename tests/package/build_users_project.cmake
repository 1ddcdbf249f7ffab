# SPDX-License-Identifier: Apache-2.0
# Installs this build and builds tests/package/users_project against it.
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: ${status}\n${said}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${SOURCE}/tests/package/users_project DESTINATION ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)

# include/ contains only onnxhub/, and headers include each other only as onnxhub/…
file(GLOB names RELATIVE ${WORK}/installed/include ${WORK}/installed/include/*)
if(NOT names STREQUAL "onnxhub")
  message(FATAL_ERROR "installed below include/: ${names}")
endif()
file(GLOB_RECURSE headers RELATIVE ${WORK}/installed/include ${WORK}/installed/include/*.h)
set(all "")
foreach(header IN LISTS headers)
  file(STRINGS ${WORK}/installed/include/${header} lines REGEX "#include \"")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "#include \"onnxhub/(.*)\"" OR NOT EXISTS ${WORK}/installed/include/onnxhub/${CMAKE_MATCH_1})
      message(FATAL_ERROR "${header}: ${line}")
    endif()
  endforeach()
  string(APPEND all "#include <${header}>\n")
endforeach()
file(WRITE ${WORK}/all_headers.cpp "${all}")

run(${CMAKE_COMMAND} -S ${WORK}/users_project -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/installed
  -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_FLAGS=${CXX_FLAGS} -DALL_HEADERS=${WORK}/all_headers.cpp)
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/first/first)
run(${WORK}/build/second/second)
file(REMOVE_RECURSE ${WORK})
