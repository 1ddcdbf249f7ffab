# SPDX-License-Identifier: Apache-2.0
# Run by cpack. CPack would put this line before each description, which has a summary of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")

# The packages with the libraries that ONNXHUB_LINKED is linked with.
set(work ${CPACK_TOPLEVEL_DIRECTORY}/dependencies)
file(WRITE ${work}/debian/control "Source: onnxhub\nPackage: onnxhub\nArchitecture: any\n")
execute_process(COMMAND dpkg-shlibdeps -O --warnings=0 ${ONNXHUB_LINKED} WORKING_DIRECTORY ${work}
  OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
if(NOT said MATCHES "^shlibs:Depends=([^\n]+)")
  message(FATAL_ERROR "dpkg-shlibdeps said: ${said}")
endif()
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS ${CMAKE_MATCH_1})
foreach(library archive curl microhttpd git2 onnx ssl)
  if(NOT CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS MATCHES "lib${library}")
    message(FATAL_ERROR "dpkg-shlibdeps found no package with lib${library}: ${CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS}")
  endif()
endforeach()
