#include "mien/engine.h"

namespace mien {

Result<std::filesystem::path> installed_models_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error)
    return Status(Code::kNotFound,
                  "cannot tell where the program lies (" + error.message() + "); name the models folder");
  std::string tried;
  const auto has_manifest = [&](const std::filesystem::path& folder) {
    tried += (tried.empty() ? "" : ", ") + folder.lexically_normal().string();
    return std::filesystem::is_regular_file(folder / "manifest.json", error);
  };
  const std::filesystem::path installed = program.parent_path() / ".." / "share" / "mien" / "models";
  if (has_manifest(installed)) return installed.lexically_normal();
  for (std::filesystem::path above = program.parent_path(); above != above.root_path();
       above = above.parent_path()) {
    if (has_manifest(above / "models")) return above / "models";
  }
  return Status(Code::kNotFound, "no models found; looked for manifest.json in " + tried +
                                     "; install them or name their folder");
}

}  // namespace mien
