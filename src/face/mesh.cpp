#include "face/mesh.h"

#include <cmath>

#include "core/try.h"
#include "face/mirror.h"
#include "face/network_input.h"

namespace mien {
namespace {

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Result<MeshNet> MeshNet::load(const ModelFolder& folder, int threads, LowLight low_light) {
  MIEN_ASSIGN(Net net, Net::load(folder, "mesh", threads));
  MeshNet out(std::move(net));
  MIEN_ASSIGN(const double span, out.net_.spec().parameter("crop_span"));
  out.low_light_ = low_light;
  out.span_ = static_cast<float>(span);
  if (out.net_.spec().outputs.size() != 2 || out.net_.spec().input.width != out.net_.spec().input.height) {
    return Status(Code::kModelRefused, "network mesh: the manifest must name 2 outputs and a square input");
  }
  return out;
}

Result<MeshLook> MeshNet::look(ImageView frame, const LevelSquare& square, MeshScratch& scratch,
                               NetScratch& net_scratch) const {
  return run(frame, square, false, scratch, net_scratch);
}

Result<MeshLook> MeshNet::look_mirrored(ImageView frame, const LevelSquare& square, MeshScratch& scratch,
                                        NetScratch& net_scratch) const {
  return run(frame, square, true, scratch, net_scratch);
}

Result<MeshLook> MeshNet::run(ImageView frame, const LevelSquare& square, bool mirrored, MeshScratch& scratch,
                              NetScratch& net_scratch) const {
  const InputSpec& in = net_.spec().input;
  Affine to_crop = crop_from_frame(square, span_, in.width);
  if (mirrored) to_crop = compose(Affine{-1, 0, static_cast<float>(in.width - 1), 0, 1, 0}, to_crop);
  sample_affine(frame, to_crop, in.width, in.height, &scratch.pixels);
  brighten(gain_for(low_light_, LookAt::kFace, in.width, in.height, scratch.pixels), in.width, in.height,
           &scratch.pixels);
  normalise_pixels(scratch.pixels, in, &scratch.input);
  MIEN_TRY(net_.run(scratch.input, scratch.outputs, net_scratch));
  const std::vector<float>&points = scratch.outputs[0].values, &logits = scratch.outputs[1].values;
  if (points.size() != 3 * kMeshPoints || logits.size() != 1 + kFaceRegions) {
    return Status(Code::kModelRefused, "network mesh gives " + std::to_string(points.size()) + " and " +
                                           std::to_string(logits.size()) + " numbers, expected " +
                                           std::to_string(3 * kMeshPoints) + " and " +
                                           std::to_string(1 + kFaceRegions));
  }
  MeshLook out;
  Mesh crop_mesh;
  for (int i = 0; i < kMeshPoints; ++i) {
    const int k = mirrored ? mirror_point(i) : i;
    crop_mesh[i] = {points[3 * k], points[3 * k + 1], points[3 * k + 2]};
    if (!std::isfinite(crop_mesh[i].x + crop_mesh[i].y + crop_mesh[i].z)) {
      return Status(Code::kInternal, "network mesh gave a coordinate that is not finite");
    }
  }
  out.mesh = transformed(crop_mesh, to_crop.inverse());
  out.presence = sigmoid(logits[0]);
  for (int r = 0; r < kFaceRegions; ++r)
    out.visibility[r] = sigmoid(logits[1 + (mirrored ? mirror_region(r) : r)]);
  return out;
}

MeshLook mean_of(const MeshLook& a, const MeshLook& b) {
  MeshLook out;
  for (int i = 0; i < kMeshPoints; ++i) {
    out.mesh[i] = {(a.mesh[i].x + b.mesh[i].x) / 2, (a.mesh[i].y + b.mesh[i].y) / 2,
                   (a.mesh[i].z + b.mesh[i].z) / 2};
  }
  out.presence = std::min(a.presence, b.presence);
  for (int r = 0; r < kFaceRegions; ++r) out.visibility[r] = (a.visibility[r] + b.visibility[r]) / 2;
  return out;
}

}  // namespace mien
