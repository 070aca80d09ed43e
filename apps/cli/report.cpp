#include "report.h"

#include <cmath>
#include <cstdio>

#include "terminal.h"

namespace mien::cli {
namespace {

using Json = nlohmann::json;

double rounded(float v) { return std::round(static_cast<double>(v) * 100) / 100 + 0.0; }  // never -0

Json sides(const std::array<float, 2>& v) { return {rounded(v[0]), rounded(v[1])}; }

constexpr const char* kRegionNames[kFaceRegions] = {"right_eye",   "left_eye",   "nose",    "mouth",
                                                    "right_cheek", "left_cheek", "forehead"};

}  // namespace

Json face_json(const Face& face, bool with_mesh) {
  Json out;
  out["box_px"] = {rounded(face.box.x0), rounded(face.box.y0), rounded(face.box.x1), rounded(face.box.y1)};
  out["score"] = rounded(face.score);
  out["presence"] = rounded(face.presence);
  out["pose_deg"] = {{"yaw", rounded(face.pose.yaw_deg)},
                     {"pitch", rounded(face.pose.pitch_deg)},
                     {"roll", rounded(face.pose.roll_deg)}};
  for (const Point2f& p : face.points) out["points_px"].push_back({rounded(p.x), rounded(p.y)});
  for (int r = 0; r < kFaceRegions; ++r) out["visibility"][kRegionNames[r]] = rounded(face.visibility[r]);
  if (with_mesh) {
    for (const Point3f& p : face.mesh) out["mesh_px"].push_back({rounded(p.x), rounded(p.y), rounded(p.z)});
  }
  return out;
}

Json quality_json(const FaceQuality& q) {
  return {{"width_px", rounded(q.width_px)},           {"outside_share", rounded(q.outside_share)},
          {"covered_share", rounded(q.covered_share)}, {"sharpness", rounded(q.sharpness)},
          {"brightness", rounded(q.brightness)},       {"eye_opening", rounded(q.eye_opening)},
          {"mouth_opening", rounded(q.mouth_opening)}};
}

Json remarks_json(const std::vector<QualityRemark>& remarks) {
  Json out = Json::array();
  for (const QualityRemark& r : remarks)
    out.push_back({{"reason", reason_name(r.reason)}, {"refuses", r.refuses}, {"sentence", r.sentence}});
  return out;
}

Json fusion_json(const FusionReport& report) {
  Json out;
  out["faces"] = Json::array();
  for (const FaceReport& face : report.faces) {
    Json one = face_json(face.face, false);
    one["number"] = face.number;
    one["fused"] = face.fused;
    if (face.fused)
      one["skin_delta_e"] = {{"before", rounded(face.skin_delta_e_before)},
                             {"after", rounded(face.skin_delta_e_after)}};
    if (face.fused)
      one["side_delta_e"] = {{"before", sides(face.side_delta_e_before)},
                             {"after", sides(face.side_delta_e_after)}};
    one["casting"] = face.casting;
    one["remarks"] = remarks_json(face.remarks);
    if (face.quality.width_px > 0) {  // else it was not chosen, and nobody looked
      one["quality"] = quality_json(face.quality);
      one["covered_share"] = rounded(face.quality.covered_share);
      one["pose_gap_deg"] = rounded(face.pose_gap_deg);
    }
    if (face.reference_similarity) one["reference_similarity"] = rounded(*face.reference_similarity);
    if (face.similarity_before) one["similarity_before"] = rounded(*face.similarity_before);
    if (face.similarity_after) one["similarity_after"] = rounded(*face.similarity_after);
    if (!face.note.empty()) one["note"] = face.note;
    out["faces"].push_back(std::move(one));
  }
  out["fused_faces"] = report.fused_count();
  for (const StageReport& stage : report.stages)
    out["stages_ms"][stage.stage] = std::round(stage.milliseconds * 1000) / 1000;
  return out;
}

double whole_degrees(float v) { return std::round(static_cast<double>(v)) + 0.0; }

std::string faces_in_words(std::size_t count) {
  return count == 0 ? "no face" : counted(count, "face", "faces");
}

int report_failure(const Status& status, bool as_json, Json json) {
  if (as_json) {
    json["output"] = nullptr, json["error"] = status.message();
    if (!json.contains("reason")) json["reason"] = code_name(status.code());
    print_json(json);
  }
  return report_error(status);
}

void print_json(const Json& json) {
  std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

}  // namespace mien::cli
