#include "shared_options.h"

#include "terminal.h"

namespace mien::cli {

void add_shared_options(Arguments& app, SharedOptions* o) {
  add_cast_options(app, &o->cast);
  app.add_option("--strength", o->strength,
                 "0 leaves the target as it is, 1 gives the source's face (default 1)")
      .check(Range(0.0, 1.0));
  add_mode_or_auto_option(app, &o->mode);
  app.add_option("--blend", o->blend,
                 "How the face joins the target: alpha, poisson, mixed or multiband (default alpha)")
      .check(OneOf{{"alpha", "poisson", "mixed", "multiband"}});
  app.add_option(
         "--resolution", o->resolution,
         "Pixels across a face at most: 256 or 512 (faster and softer for larger faces), or auto: the "
         "face's own up to 1024 (default auto)")
      .check(OneOf{{"auto", "256", "512"}});
  app.add_flag("--json", o->json, "Print a report as JSON");
  app.add_flag("--trace", o->trace, "Print how long each stage took");
  app.add_flag("--overwrite", o->overwrite, "Replace an existing output");
  app.add_flag("--no-visible-mark", o->no_visible_mark,
               "Leave out the visible mark (the metadata label stays)");
  app.add_flag("--no-cache", o->no_cache,
               "Do not remember what the networks said about the sources (see mien cache)");
  app.add_flag("--i-have-consent", o->consent, "The people shown agree; do not ask");
}

EngineOptions engine_options_of(const SharedOptions& options, const Common& common,
                                const std::filesystem::path& models) {
  EngineOptions out = common.engine_options(models, options.mode.value());
  out.every_mode = options.mode.is_auto();
  return out;
}

FusionOptions fusion_of(const SharedOptions& options) {
  FusionOptions out;
  out.strength = options.strength;
  out.visible_mark = !options.no_visible_mark;
  out.blend = blend_mode(options.blend);
  out.resolution = resolution_of(options.resolution);
  out.min_similarity = options.cast.min_similarity;
  return out;
}

Loader loader_of(const SharedOptions& options, const Common& common, const Engine& engine, Session& session,
                 const std::filesystem::path& models) {
  const bool cached =
      !options.no_cache && common.low_light != "off";  // the cache knows what the usual search finds
  return {engine, session, models, cached ? PhotoCache::of_user() : PhotoCache::disabled()};
}

Done check_not_there(bool overwrite, const std::filesystem::path& output) {
  std::error_code error;
  if (overwrite || !std::filesystem::is_regular_file(output, error)) return {};
  return Status(Code::kUnwritable,
                output.string() + " exists already; choose another name or add --overwrite");
}

void print_shared_remarks(const SharedOptions& options, const std::string& network,
                          const std::vector<std::string>& warnings, const char* what) {
  const std::string missing = missing_network_remark(options.mode, network);
  if (!missing.empty()) remark(missing);
  for (const std::string& warning : warnings) remark(warning);
  if (options.no_visible_mark) {
    remark(std::string("the visible mark was left out as you asked; where the law or fairness demands it, "
                       "tell viewers yourself that the ") +
           what + " is synthetic. The label in the file's metadata is there");
  }
}

}  // namespace mien::cli
