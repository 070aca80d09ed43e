# Finds ncnn (target `ncnn`): an installed one, else the copy that script/ncnn builds in a cache outside the build tree.
set(MIEN_NCNN auto CACHE STRING "Which ncnn: auto (an installed one, else our build), installed, built")
set_property(CACHE MIEN_NCNN PROPERTY STRINGS auto installed built)
option(MIEN_NCNN_ALL "Build ncnn with all its layers, not only those in cmake/ncnn_layers.txt" OFF)

if(NOT MIEN_NCNN MATCHES "^(auto|installed|built)$")
  message(FATAL_ERROR "MIEN_NCNN is '${MIEN_NCNN}', expected auto, installed or built")
endif()

if(MIEN_NCNN STREQUAL installed)
  find_package(ncnn CONFIG REQUIRED)
elseif(MIEN_NCNN STREQUAL auto)
  find_package(ncnn CONFIG QUIET)
endif()

if(NOT TARGET ncnn)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/script/ncnn" "${PROJECT_SOURCE_DIR}/cmake/ncnn_layers.txt")
  if(MIEN_NCNN_ALL)
    set(layers --all)
  endif()
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env "CXX=${CMAKE_CXX_COMPILER}" "${PROJECT_SOURCE_DIR}/script/ncnn" ${layers}
    OUTPUT_VARIABLE MIEN_NCNN_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "ncnn is not there and could not be built (see above). Install it, or set CMAKE_PREFIX_PATH to where it is.")
  endif()
  find_package(ncnn CONFIG REQUIRED PATHS "${MIEN_NCNN_PREFIX}" NO_DEFAULT_PATH)
  # Not remembered: when the list of layers changes, the folder does too.
  unset(ncnn_DIR CACHE)
endif()
