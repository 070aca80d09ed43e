#include "fuse/uncover.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/polygon.h"
#include "core/try.h"
#include "face/crop.h"
#include "face/topology.h"

namespace mien {
namespace {

constexpr int kInputs = 4;                // RGB, cover
constexpr float kPaintedFrom = 0.04f;     // of the cover: where less hides the face the answer says nothing
constexpr float kUncoveredShare = 5e-3f;  // of the oval: less is not worth a look

std::uint8_t to_byte(float v) { return static_cast<std::uint8_t>(std::clamp(v, 0.0f, 255.0f) + 0.5f); }

Image image_of(const PlanarRgb& pixels, int size) {
  Image out(size, size, PixelFormat::kRgba8);
  std::uint8_t* to = out.mutable_view().data;
  for (std::size_t i = 0; i < pixels.plane(); ++i, to += 4) {
    for (int c = 0; c < 3; ++c) to[c] = to_byte(pixels.channel(c)[i]);
    to[3] = 255;
  }
  return out;
}

// The colour that stands for covered pixels: the mean, 0..255, of what is bare of the face.
std::array<float, 3> mean_colour(const PlanarRgb& pixels, const Plane& cover, const Plane& oval) {
  std::array<double, 3> sum{};
  double area = 1e-3;
  for (std::size_t i = 0; i < oval.size(); ++i) {
    const double bare = oval.values[i] * (1 - cover.values[i]);
    area += bare;
    for (int c = 0; c < 3; ++c) sum[c] += bare * pixels.channel(c)[i];
  }
  return {static_cast<float>(sum[0] / area), static_cast<float>(sum[1] / area),
          static_cast<float>(sum[2] / area)};
}

// Covers count inside the face alone: around it hair and walls stay what they are. -> share of the face
float keep_inside(const Plane& oval, Plane* cover) {
  double covered = 0, area = 1e-3;
  for (std::size_t i = 0; i < oval.size(); ++i) {
    cover->values[i] *= oval.values[i];
    covered += cover->values[i], area += oval.values[i];
  }
  return static_cast<float>(covered / area);
}

}  // namespace

Result<UncoverNet> UncoverNet::load(const ModelFolder& folder, int threads) {
  MIEN_ASSIGN(Net net, Net::load(folder, "uncover", threads));
  const InputSpec& in = net.spec().input;
  if (in.channels != kInputs || in.width != in.height || net.spec().outputs.size() != 1) {
    return Status(Code::kModelRefused, "network uncover: the manifest must say " + std::to_string(kInputs) +
                                           " channels of a square and 1 output, it says " +
                                           std::to_string(in.channels) + " of " + std::to_string(in.width) +
                                           " x " + std::to_string(in.height) + " and " +
                                           std::to_string(net.spec().outputs.size()));
  }
  UncoverNet out(std::move(net));
  MIEN_ASSIGN(const double span, out.net_.spec().parameter("crop_span"));
  out.span_ = static_cast<float>(span);
  return out;
}

Result<std::optional<UncoveredFace>> UncoverNet::run(ImageView photo, const Mesh& mesh,
                                                     const RegionMap& regions, UncoverScratch& s,
                                                     NetScratch& net_scratch) const {
  if (!is_usable(mesh)) return std::optional<UncoveredFace>();
  const InputSpec& in = net_.spec().input;
  const int size = in.width;
  UncoveredFace out;
  out.crop_from_photo = crop_from_frame(level_square(mesh), span_, size);
  sample_affine(photo, out.crop_from_photo, size, size, &s.pixels);
  out.colours = image_of(s.pixels, size);
  const Mesh in_crop = transformed(mesh, out.crop_from_photo);
  s.cover = find_covers(regions, out.crop_from_photo.inverse(), in_crop, out.colours).all;
  draw_face(in_crop, size, size, &s.oval);
  if (keep_inside(s.oval, &s.cover) < kUncoveredShare) return std::optional<UncoveredFace>();

  const std::array<float, 3> mean = mean_colour(s.pixels, s.cover, s.oval);
  s.input.resize(kInputs, size, size);
  for (std::size_t i = 0; i < s.cover.size(); ++i) {
    const float share = s.cover.values[i];
    for (int c = 0; c < 3; ++c) {
      float& v = s.pixels.channel(c)[i];
      v += share * (mean[c] - v);
      s.input.channel(c)[i] = (v / 255 - in.mean[c]) / in.std[c];
    }
    s.input.channel(3)[i] = (share - in.mean[3]) / in.std[3];
  }
  MIEN_TRY(net_.run(s.input, {&s.answer, 1}, net_scratch));
  if (s.answer.channels != 3 || s.answer.width != size || s.answer.height != size) {
    return Status(Code::kModelRefused, "network uncover gives " + std::to_string(s.answer.channels) +
                                           " channels of " + std::to_string(s.answer.width) +
                                           " px, expected 3 of " + std::to_string(size));
  }
  if (!std::all_of(s.answer.values.begin(), s.answer.values.end(), [](float v) { return std::isfinite(v); }))
    return Status(Code::kInternal, "network uncover gave a value that is not finite");
  std::uint8_t* to = out.colours.mutable_view().data;
  for (std::size_t i = 0; i < s.cover.size(); ++i, to += 4) {
    const float share = s.cover.values[i];
    if (share > kPaintedFrom)
      for (int c = 0; c < 3; ++c) to[c] = to_byte(mean[c] + 255 * s.answer.channel(c)[i]);
    to[3] = to_byte(255 * share);
  }
  return std::optional<UncoveredFace>(std::move(out));
}

}  // namespace mien
