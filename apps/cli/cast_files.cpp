#include "cast_files.h"

#include <cstdio>

#include "core/try.h"
#include "terminal.h"

namespace mien::cli {
namespace {

namespace fs = std::filesystem;

// "SRC=REF"; where names hold a '=' themselves, the split that gives two files that exist.
Result<Role> parse_map(const std::string& text) {
  std::error_code error;
  std::optional<Role> first;
  for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    const Role role{text.substr(0, at), text.substr(at + 1)};
    if (role.source.empty() || role.reference.empty()) continue;
    if (fs::exists(role.source, error) && fs::exists(role.reference, error)) return role;
    if (!first) first = role;
  }
  if (!first)
    return Status(Code::kInvalidArgument, "--map is '" + text +
                                              "', expected SRC=REF: a source, and a photo of the person in "
                                              "the target who gets it, like anna.jpg=bob.jpg");
  return *first;
}

}  // namespace

void add_cast_options(Arguments& app, CastOptions* o) {
  app.add_option("-s,--source", o->source,
                 "The person whose face is used: a photo, or a file of mien enrol (.mien)");
  app.add_option("--map", o->maps,
                 "SRC goes onto the person in the target who looks like the photo REF; may be repeated. "
                 "Others get --source, or stay as they are")
      .type_name("SRC=REF")
      .one_word_each();
  app.add_option("--min-similarity", o->min_similarity,
                 "How much a face must look like REF, -1 to 1 (default 0.35)")
      .check(Range(-1.0, 1.0));
}

Result<std::vector<Role>> roles_of(const CastOptions& options) {
  std::vector<Role> out;
  for (const std::string& map : options.maps) {
    MIEN_ASSIGN(Role role, parse_map(map));
    out.push_back(std::move(role));
  }
  if (!options.source.empty()) out.push_back({options.source, {}});
  if (out.empty())
    return Status(Code::kInvalidArgument,
                  "no source was named; add --source FILE, or --map SRC=REF for each person");
  return out;
}

Done output_is_no_input(const fs::path& output, const fs::path& target, const std::vector<Role>& roles) {
  std::vector<fs::path> inputs = {target};
  for (const Role& role : roles) inputs.insert(inputs.end(), {role.source, role.reference});
  return output_is_none_of(inputs, output);
}

Result<Cast> load_cast(const std::vector<Role>& roles, const Loader& with) {
  Cast out;
  for (const Role& role : roles) {
    MIEN_ASSIGN(Source source, load_source(role.source, with));
    for (const std::string& warning : source.warnings())
      out.warnings.push_back(role.source.string() + ": " + warning);
    out.sources.push_back(std::move(source));
    Casting casting{&out.sources.back(), nullptr};
    if (!role.reference.empty()) {
      MIEN_ASSIGN(const Identity reference, load_reference(role.reference, with));
      out.references.push_back(reference);
      casting.reference = &out.references.back();
    }
    out.castings.push_back(casting);
  }
  return out;
}

nlohmann::json missing_json(const std::vector<MissingPerson>& missing, const std::vector<Role>& roles) {
  nlohmann::json out = nlohmann::json::array();
  for (const MissingPerson& person : missing) {
    out.push_back({{"reference", roles[static_cast<std::size_t>(person.casting)].reference.string()},
                   {"best_similarity", person.best_similarity}});
  }
  return out;
}

std::string missing_in_words(const MissingPerson& person, const std::vector<Role>& roles,
                             float min_similarity) {
  char text[96];
  std::snprintf(text, sizeof text,
                "; the nearest has similarity %.2f, expected at least %.2f (--min-similarity)",
                static_cast<double>(person.best_similarity), static_cast<double>(min_similarity));
  return "nobody in the target looks like " +
         roles[static_cast<std::size_t>(person.casting)].reference.string() +
         (person.best_similarity > -1 ? text : "");
}

void print_missing(const std::vector<MissingPerson>& missing, const std::vector<Role>& roles,
                   float min_similarity) {
  for (const MissingPerson& person : missing) remark(missing_in_words(person, roles, min_similarity));
}

}  // namespace mien::cli
