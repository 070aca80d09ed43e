// mien models list|verify
#include <cstdio>
#include <memory>

#include "commands.h"
#include "core/try.h"
#include "model/net.h"
#include "report.h"
#include "terminal.h"

namespace mien::cli {
namespace {

struct ModelsOptions {
  bool json = false;
};

struct Row {
  std::string name, licence, recipe, commit;
  std::vector<const ModelFile*> files;

  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (const ModelFile* file : files) sum += file->bytes;
    return sum;
  }
};

std::vector<Row> rows_of(const Manifest& manifest) {
  std::vector<Row> rows;
  for (const auto& [name, spec] : manifest.networks) {
    rows.push_back({name,
                    spec.provenance.licence,
                    spec.provenance.recipe,
                    spec.provenance.commit,
                    {&spec.param, &spec.weights}});
  }
  for (const auto& [name, spec] : manifest.assets) {
    rows.push_back(
        {name, spec.provenance.licence, spec.provenance.recipe, spec.provenance.commit, {&spec.file}});
  }
  return rows;
}

Result<int> list(const ModelsOptions& options, const Common& common) {
  MIEN_ASSIGN(const std::filesystem::path path, models_folder(common));
  MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(path));
  nlohmann::json json;
  json["folder"] = path.string();
  json["version"] = folder.manifest().version;
  std::int64_t total = 0;
  if (!options.json) std::printf("%s, version %s\n", path.c_str(), folder.manifest().version.c_str());
  for (const Row& row : rows_of(folder.manifest())) {
    total += row.bytes();
    if (options.json) {
      json["models"].push_back({{"name", row.name},
                                {"bytes", row.bytes()},
                                {"licence", row.licence},
                                {"recipe", row.recipe},
                                {"commit", row.commit}});
    } else {
      std::printf("  %-12s %8.1f KiB  %-12s %s at %s\n", row.name.c_str(),
                  static_cast<double>(row.bytes()) / 1024, row.licence.c_str(), row.recipe.c_str(),
                  row.commit.c_str());
    }
  }
  if (options.json) {
    print_json(json);
  } else {
    std::printf("  %-12s %8.1f KiB\n", "together", static_cast<double>(total) / 1024);
  }
  return static_cast<int>(kDone);
}

// Sizes and hashes of every file, and whether the runtime takes every network.
Result<int> verify(const Common& common) {
  MIEN_ASSIGN(const std::filesystem::path path, models_folder(common));
  MIEN_ASSIGN(const ModelFolder folder, ModelFolder::open(path));
  for (const Row& row : rows_of(folder.manifest())) {
    for (const ModelFile* file : row.files) {
      MIEN_ASSIGN(const auto bytes, folder.read(row.name, *file));
      static_cast<void>(bytes);
    }
    if (folder.manifest().networks.contains(row.name)) {
      MIEN_ASSIGN(const Net net, Net::load(folder, row.name, 1));
      static_cast<void>(net);
    }
  }
  for (const Row& row : rows_of(folder.manifest())) std::printf("%-12s good\n", row.name.c_str());
  return static_cast<int>(kDone);
}

}  // namespace

Command add_models(Arguments& app, const Common& common) {
  auto o = std::make_shared<ModelsOptions>();
  Arguments& list_app = app.add_subcommand("list", "Names, sizes, licences and origin");
  list_app.add_flag("--json", o->json, "Print as JSON");
  Arguments& verify_app = app.add_subcommand("verify", "Check sizes, hashes and whether every network loads");
  list_app.fallthrough(), verify_app.fallthrough();
  app.require_subcommand();
  return [o, &common, &list_app] {
    auto code = list_app.parsed() ? list(*o, common) : verify(common);
    return code.ok() ? *code : report_failure(code.status(), o->json);
  };
}

}  // namespace mien::cli
