// Who gets whom, as users say it on the command line: --source FILE and --map SRC=REF.
#pragma once

#include <list>
#include <nlohmann/json.hpp>

#include "arguments.h"
#include "people.h"

namespace mien::cli {

struct CastOptions {
  std::filesystem::path source;   // empty: only those that maps name
  std::vector<std::string> maps;  // SRC=REF
  float min_similarity = kSamePersonFrom;
};

void add_cast_options(Arguments& app, CastOptions* options);

// One source and the person who gets it.
struct Role {
  std::filesystem::path source, reference;  // reference empty: everybody else
};

Result<std::vector<Role>> roles_of(const CastOptions& options);

// kInvalidArgument when the output is the target or one of the roles' files.
Done output_is_no_input(const std::filesystem::path& output, const std::filesystem::path& target,
                        const std::vector<Role>& roles);

// Sources and references in memory; the castings point into the lists.
struct Cast {
  std::list<Source> sources;
  std::list<Identity> references;
  std::vector<Casting> castings;  // one per role
  std::vector<std::string> warnings;
};

Result<Cast> load_cast(const std::vector<Role>& roles, const Loader& with);

// References that nobody looks like, for the report and as remarks.
nlohmann::json missing_json(const std::vector<MissingPerson>& missing, const std::vector<Role>& roles);
std::string missing_in_words(const MissingPerson& person, const std::vector<Role>& roles,
                             float min_similarity);
void print_missing(const std::vector<MissingPerson>& missing, const std::vector<Role>& roles,
                   float min_similarity);

}  // namespace mien::cli
