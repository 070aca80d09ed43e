# Proves that the installed tree is complete and can be moved: install, move, configure, build and run tests/consumer against it.
#   cmake -D BUILD_DIR=... -D SOURCE_DIR=... -D WORK_DIR=... -D CXX=... -D GENERATOR=... -D CONFIG=... -P run.cmake
function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output WORKING_DIRECTORY "${WORK_DIR}")
  if(failed)
    message(FATAL_ERROR "${what} failed (${failed}):\n${output}")
  endif()
  message(STATUS "${what}: done")
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
run("install" ${CMAKE_COMMAND} --install "${BUILD_DIR}" --config ${CONFIG} --prefix "${WORK_DIR}/first place")
file(RENAME "${WORK_DIR}/first place" "${WORK_DIR}/second place")
set(prefix "${WORK_DIR}/second place")

foreach(file share/doc/mien/LICENSE share/doc/mien/NOTICE include/mien/image.h)
  if(NOT EXISTS "${prefix}/${file}")
    message(FATAL_ERROR "the installed tree has no ${file}")
  endif()
endforeach()

run("configure" ${CMAKE_COMMAND} -S "${SOURCE_DIR}" -B "${WORK_DIR}/build" -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${CONFIG}
  -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_PREFIX_PATH=${prefix}")
run("build" ${CMAKE_COMMAND} --build "${WORK_DIR}/build")
run("run" "${WORK_DIR}/build/consumer")

if(EXISTS "${prefix}/bin/mien")
  run("mien --version" "${prefix}/bin/mien" --version)
  run("mien models verify, from another folder" "${prefix}/bin/mien" models verify)
endif()
file(REMOVE_RECURSE "${WORK_DIR}")
