// Faces and fusions as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "mien/engine.h"
#include "mien/status.h"

namespace mien::cli {

// with_mesh: all 478 points too.
nlohmann::json face_json(const Face& face, bool with_mesh);
nlohmann::json quality_json(const FaceQuality& quality);
nlohmann::json remarks_json(const std::vector<QualityRemark>& remarks);
// "casting" is the number in the cast, for the caller to replace by a name.
nlohmann::json fusion_json(const FusionReport& report);

// To be printed; never -0.
double whole_degrees(float degrees);

// "no face", "1 face", "2 faces".
std::string faces_in_words(std::size_t count);

// What to do about a picture without a face, after its name.
inline constexpr char kNoFaceAdvice[] =
    "use a picture that shows a face larger than 32 px and not upside down";

// Ends a command that failed: the sentence on stderr and, when JSON was asked for, `json` (what is known
// nevertheless) with "output" null, "error" the sentence and, unless there, "reason" the code's name. -> the
// exit code that fits.
int report_failure(const Status& status, bool as_json, nlohmann::json json = nlohmann::json::object());

// Prints to stdout; bytes of paths that are no UTF-8 are replaced.
void print_json(const nlohmann::json& json);

}  // namespace mien::cli
