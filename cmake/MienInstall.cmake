# What `cmake --install` writes: a tree that works wherever it is moved to, because nothing in it holds an absolute path.
#   bin/mien  bin/mien-video  include/mien  lib/libmien.a  lib/cmake/mien  share/mien/models  share/doc/mien
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS mien EXPORT mienTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/mien DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(TARGET mien_cli)
  set_target_properties(mien_cli PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS mien_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET mien_video_cli)
  set_target_properties(mien_video_cli PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS mien_video_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# The command looks for its models at ../share/mien/models, seen from itself.
install(DIRECTORY models DESTINATION ${CMAKE_INSTALL_DATADIR}/mien OPTIONAL)
install(FILES LICENSE NOTICE README.md RESPONSIBLE_USE.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# A static Mien leaves ncnn to whoever links it; a copy that we built is in nobody's search path, so it travels along.
get_target_property(library_type mien TYPE)
set(MIEN_STATIC FALSE)
set(MIEN_BUNDLED_NCNN FALSE)
if(library_type STREQUAL STATIC_LIBRARY)
  set(MIEN_STATIC TRUE)
  if(MIEN_NCNN_PREFIX)
    set(MIEN_BUNDLED_NCNN TRUE)
    install(FILES $<TARGET_FILE:ncnn> DESTINATION ${CMAKE_INSTALL_LIBDIR}/mien)
  endif()
endif()
if(MIEN_NCNN_PREFIX)
  install(FILES ${MIEN_NCNN_PREFIX}/LICENSE.txt DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.ncnn)
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mien)
install(EXPORT mienTargets NAMESPACE mien:: DESTINATION ${package_dir})
configure_package_config_file(cmake/mienConfig.cmake.in ${PROJECT_BINARY_DIR}/mienConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mienConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/mienConfig.cmake ${PROJECT_BINARY_DIR}/mienConfigVersion.cmake DESTINATION ${package_dir})
