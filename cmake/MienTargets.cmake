# How a part of the library is declared: one object library per folder of src/, its unit tests beside its sources.

# mien_part(NAME SOURCES a.cpp ... [TESTS a_test.cpp ...] [LINK targets...])
#   -> mien_NAME (object library, collected into `mien`), mien_NAME_tests (one GoogleTest program, CTest label `unit`).
# LINK names other parts (mien_core) and packages (PNG::PNG).
function(mien_part name)
  cmake_parse_arguments(PART "" "" "SOURCES;TESTS;LINK" ${ARGN})
  add_library(mien_${name} OBJECT ${PART_SOURCES})
  target_include_directories(mien_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(mien_${name} PUBLIC ${PART_LINK})
  # GCC 12 warns wrongly about std::string + text (its bug 105651) and about vector::insert of a range, both at -O3.
  # -fno-math-errno, -fno-trapping-math: square roots and choices between floats may become vector instructions. Results stay the same.
  target_compile_options(mien_${name} PRIVATE -fno-math-errno -fno-trapping-math -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-stringop-overflow>")
  set_property(GLOBAL APPEND PROPERTY MIEN_PARTS mien_${name})
  if(MIEN_BUILD_TESTS AND PART_TESTS)
    mien_test(${name} LABEL unit SOURCES ${PART_TESTS})
  endif()
endfunction()

# mien_test(NAME LABEL label SOURCES a_test.cpp ... [LINK targets...] [TIMEOUT seconds])
#   -> mien_NAME_tests, a GoogleTest program that sees the library's inside, and the CTest label_NAME.
function(mien_test name)
  cmake_parse_arguments(TEST "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  set(program mien_${name}_tests)
  add_executable(${program} ${TEST_SOURCES})
  target_link_libraries(${program} PRIVATE mien_internal ${TEST_LINK} GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE MIEN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${TEST_LABEL}_${name} COMMAND ${program})
  set_tests_properties(${TEST_LABEL}_${name} PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT})
endfunction()

# mien_has_code(TARGET RESULT): false for a header-only package, for which nothing has to be linked.
function(mien_has_code target result)
  set(${result} TRUE PARENT_SCOPE)
  if(TARGET ${target})
    get_target_property(type ${target} TYPE)
    get_target_property(links ${target} INTERFACE_LINK_LIBRARIES)
    if(type STREQUAL INTERFACE_LIBRARY AND NOT links)
      set(${result} FALSE PARENT_SCOPE)
    endif()
  endif()
endfunction()
