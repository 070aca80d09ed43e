#include "pipeline/enrol.h"

#include <cmath>

#include "core/try.h"

namespace mien {
namespace {

constexpr float kSmallFacePx = 96;    // below this a source looks soft
constexpr float kTurnedDeg = 25;

std::vector<std::string> warnings_for(const Face& face, const SourceTexture& texture) {
  std::vector<std::string> out;
  if (face.box.width() < kSmallFacePx) {
    out.push_back("the source's face is only " + std::to_string(std::lround(face.box.width())) + " px wide and will look soft; use a larger photo");
  }
  if (!texture.right_eye_open || !texture.left_eye_open) out.push_back("the source has an eye closed; that eye stays the target's");
  if (std::abs(face.pose.yaw_deg) > kTurnedDeg) {
    out.push_back("the source looks " + std::to_string(std::lround(std::abs(face.pose.yaw_deg))) + " degrees to the side; its far side is filled from the near one");
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<const Source::Content>> enrol(ImageView photo, const FaceNetworks& networks, FindScratch& scratch, Trace& trace) {
  MIEN_ASSIGN(const std::vector<Face> faces, find_faces(photo, networks, scratch, trace));
  const int chosen = largest_face(faces);
  if (chosen < 0) {
    return Status(Code::kNoFace, "no face was found in the source (" + std::to_string(photo.width) + " x " + std::to_string(photo.height) +
                                     " px); use a photo that shows the face from the front, larger and in good light");
  }
  auto content = std::make_shared<Source::Content>();
  content->face = faces[static_cast<std::size_t>(chosen)];
  if (content->face.box.width() < kSmallestFacePx) {
    return Status(Code::kNoFace, "the source's largest face is " + std::to_string(std::lround(content->face.box.width())) + " px wide, expected at least " +
                                     std::to_string(std::lround(kSmallestFacePx)) + "; move closer or use a larger photo");
  }
  MIEN_ASSIGN(const std::optional<RegionMap> regions, find_regions(photo, content->face.mesh, networks, scratch, trace));
  const auto span = trace.span("enrol");
  content->texture = make_texture(photo, content->face.mesh, networks.model.triangles(), regions ? &*regions : nullptr);
  MIEN_ASSIGN(content->shape, networks.model.fit(content->face.mesh));
  content->warnings = warnings_for(content->face, content->texture);
  return std::shared_ptr<const Source::Content>(std::move(content));
}

}  // namespace mien
