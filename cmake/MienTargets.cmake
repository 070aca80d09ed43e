# How a part of the library is declared: one object library per folder of src/, its unit tests beside its sources.

# mien_part(NAME SOURCES a.cpp ... [TESTS a_test.cpp ...] [LINK targets...])
#   -> mien_NAME (object library, collected into `mien`), mien_NAME_tests (one GoogleTest program).
function(mien_part name)
  cmake_parse_arguments(PART "" "" "SOURCES;TESTS;LINK" ${ARGN})
  add_library(mien_${name} OBJECT ${PART_SOURCES})
  target_include_directories(mien_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(mien_${name} PUBLIC ${PART_LINK})
  target_compile_options(mien_${name} PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
  set_property(GLOBAL APPEND PROPERTY MIEN_PARTS mien_${name})
  if(MIEN_BUILD_TESTS AND PART_TESTS)
    add_executable(mien_${name}_tests ${PART_TESTS})
    # The whole library, because object libraries do not pass their objects on to those who link them.
    target_link_libraries(mien_${name}_tests PRIVATE mien GTest::gtest_main)
    target_include_directories(mien_${name}_tests PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_compile_definitions(mien_${name}_tests PRIVATE MIEN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME unit_${name} COMMAND mien_${name}_tests)
    set_tests_properties(unit_${name} PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()
