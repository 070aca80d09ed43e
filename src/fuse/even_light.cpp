#include "fuse/even_light.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/resample.h"
#include "face/crop.h"
#include "face/mirror.h"
#include "fuse/fast_math.h"
#include "fuse/masked_blur.h"
#include "fuse/texture.h"

namespace mien {
namespace {

constexpr float kWorkingWidthPx = 96;                     // the face's width while the light is measured
constexpr float kLightSigma = 0.05f, kSoftSigma = 0.03f;  // in face widths
constexpr float kOrdinary = 0.15f, kFromTheSide = 0.35f;  // EvenLightReport::unevenness
constexpr float kTurned = 0.25f, kFacing = 0.55f;  // z of the normal from which a side is seen well enough
constexpr float kMostCorrection = 0.5f;            // of the logarithm: a factor of 1.65
constexpr float kDark = 12;  // grey levels added before the logarithm: noise in the dark is no light

// The face at the working size: logarithm of its brightness, where it is seen, and where each pixel's mirror
// image lies.
struct SmallFace {
  Plane light, seen, mirror_x, mirror_y;
};

SmallFace shrink_face(const Mesh& mesh, std::span<const RasterTriangle> triangles, ImageView pixels,
                      float k) {
  const int w = std::max(2, static_cast<int>(std::lround(static_cast<float>(pixels.width) * k))),
            h = std::max(2, static_cast<int>(std::lround(static_cast<float>(pixels.height) * k)));
  const Affine small_from_level{k, 0, 0.5f * k - 0.5f, 0, k, 0.5f * k - 0.5f};
  const Mesh small = transformed(mesh, small_from_level);
  const auto n_z = facing(mesh, triangles);
  std::vector<RasterVertex> vertices(kSurfacePoints);
  std::vector<float> attributes;
  for (int i = 0; i < kSurfacePoints; ++i) {
    const int other = mirror_point(i);
    vertices[i] = {small[i].x, small[i].y, small[i].z};
    attributes.insert(attributes.end(), {small[other].x, small[other].y,
                                         smoothstep(kTurned, kFacing, std::min(n_z[i], n_z[other]))});
  }
  const std::size_t plane = static_cast<std::size_t>(w) * h;
  std::vector<float> planes(3 * plane, 0.0f), depth(plane, std::numeric_limits<float>::infinity());
  rasterise(vertices, attributes, 3, triangles, {w, h, planes.data(), depth.data()});
  SmallFace out;
  for (Plane* p : {&out.light, &out.seen, &out.mirror_x, &out.mirror_y}) p->resize(w, h);
  PlanarRgb colours;
  sample_affine(pixels, small_from_level, w, h, &colours);
  for (std::size_t i = 0; i < plane; ++i) {
    out.mirror_x.values[i] = planes[i], out.mirror_y.values[i] = planes[plane + i];
    const int x = static_cast<int>(i) % w, y = static_cast<int>(i) / w;
    const int u = std::clamp(static_cast<int>((static_cast<float>(x) + 0.5f) / k), 0, pixels.width - 1),
              v = std::clamp(static_cast<int>((static_cast<float>(y) + 0.5f) / k), 0, pixels.height - 1);
    out.seen.values[i] = planes[2 * plane + i] * static_cast<float>(pixels.row(v)[4 * u + 3]) / 255;
    const float grey =
        0.299f * colours.channel(0)[i] + 0.587f * colours.channel(1)[i] + 0.114f * colours.channel(2)[i];
    out.light.values[i] = std::log(grey + kDark);
  }
  return out;
}

float at(const Plane& plane, float x, float y) {
  const float px = std::clamp(x, 0.0f, static_cast<float>(plane.width - 1)),
              py = std::clamp(y, 0.0f, static_cast<float>(plane.height - 1));
  const int x0 = std::min(static_cast<int>(px), plane.width - 2),
            y0 = std::min(static_cast<int>(py), plane.height - 2);
  const float fx = px - static_cast<float>(x0), fy = py - static_cast<float>(y0);
  const float *a = plane.row(y0) + x0, *b = plane.row(y0 + 1) + x0;
  const float above = a[0] + fx * (a[1] - a[0]), below = b[0] + fx * (b[1] - b[0]);
  return above + fy * (below - above);
}

// Half of the way to the mirror image, where both are seen; and how uneven the face is.
Plane half_way(const SmallFace& face, float width_px, EvenLightReport* report) {
  MaskedBlurScratch scratch;
  Plane smooth, out, weight = face.seen;
  MaskedBlur(face.seen, kLightSigma * width_px, &scratch).apply(face.light, &smooth);
  out.resize(smooth.width, smooth.height);
  double sum = 0, total = 1e-6;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float x = face.mirror_x.values[i], y = face.mirror_y.values[i];
    weight.values[i] = face.seen.values[i] > 0 ? std::min(face.seen.values[i], at(face.seen, x, y)) : 0;
    const float apart = weight.values[i] > 0 ? at(smooth, x, y) - smooth.values[i] : 0;
    sum += weight.values[i] * std::abs(apart), total += weight.values[i];
    out.values[i] = weight.values[i] * std::clamp(0.5f * apart, -kMostCorrection, kMostCorrection);
  }
  report->unevenness = static_cast<float>(sum / total);
  report->strength = smoothstep(kOrdinary, kFromTheSide, report->unevenness);
  gaussian_blur(&out, kSoftSigma * width_px, &scratch.line);
  return out;
}

}  // namespace

EvenLightReport even_light(const Mesh& mesh, std::span<const RasterTriangle> triangles,
                           MutableImageView pixels) {
  EvenLightReport report;
  const float k = std::min(1.0f, kWorkingWidthPx / std::max(face_width_px(mesh), 1.0f));
  const SmallFace face = shrink_face(mesh, triangles, pixels, k);
  const Plane correction = half_way(face, k * face_width_px(mesh), &report);
  if (!(report.strength > 0)) return report;
  for (int y = 0; y < pixels.height; ++y) {
    std::uint8_t* p = pixels.row(y);
    for (int x = 0; x < pixels.width; ++x, p += 4) {
      const float c = report.strength * at(correction, (static_cast<float>(x) + 0.5f) * k - 0.5f,
                                           (static_cast<float>(y) + 0.5f) * k - 0.5f);
      if (std::abs(c) < 1e-3f) continue;
      const float gain = std::exp(c);
      for (int i = 0; i < 3; ++i)
        p[i] = static_cast<std::uint8_t>(std::min(255.0f, gain * static_cast<float>(p[i]) + 0.5f));
    }
  }
  return report;
}

}  // namespace mien
