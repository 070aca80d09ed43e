#include "fuse/nose_shadow.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/polygon.h"
#include "face/crop.h"
#include "fuse/fast_math.h"
#include "fuse/masked_blur.h"
#include "fuse/outline.h"

namespace mien {
namespace {

using topology::Index;
// Skin between nose and mouth, up to the lip's edge.
constexpr std::array<Index, 20> kUpperLipSkin = {98,  97,  2, 326, 327, 426, 436, 291, 409, 270,
                                                 269, 267, 0, 37,  39,  40,  185, 61,  216, 206};
constexpr std::array<Index, 4> kCheeks = {205, 425, 207, 427};
constexpr std::array<Index, 3> kChin = {199, 208, 428};
// Of the logarithm of coded brightness: less is form, more is hair.
constexpr float kForm = 0.1f, kShadow = 0.25f, kHair = 0.5f, kSurelyHair = 0.7f;
constexpr float kTaken = 0.9f, kMost = 0.4f;                 // of what is darker than form; at most
constexpr float kSmoothSigma = 0.012f, kEdgeSigma = 0.012f;  // in face widths

template <std::size_t N>
float mean_at(const Plane& plane, const Mesh& mesh, const std::array<Index, N>& points) {
  float sum = 0;
  for (const Index i : points) {
    const int x = static_cast<int>(std::clamp(mesh[i].x + 0.5f, 0.0f, static_cast<float>(plane.width - 1))),
              y = static_cast<int>(std::clamp(mesh[i].y + 0.5f, 0.0f, static_cast<float>(plane.height - 1)));
    sum += plane.row(y)[x];
  }
  return sum / static_cast<float>(N);
}

}  // namespace

Plane without_nose_shadow(const Mesh& mesh, const Plane& light, const Plane& seen) {
  const float width_px = face_width_px(mesh);
  Plane out, smooth, lip;
  out.resize(light.width, light.height), out.fill(0);
  if (mean_at(seen, mesh, kCheeks) < 0.5f || mean_at(seen, mesh, kChin) < 0.5f) return out;
  MaskedBlurScratch scratch;
  MaskedBlur(seen, kSmoothSigma * width_px, &scratch).apply(light, &smooth);
  lip.resize(light.width, light.height), lip.fill(0);
  fill_polygon(outline(mesh, kUpperLipSkin), &lip);
  // Of a beard the chin is as dark as the lip.
  const float around = std::min(mean_at(smooth, mesh, kCheeks), mean_at(smooth, mesh, kChin));
  float darker = 0, squares = 0, area = 1e-3f;
  for (std::size_t i = 0; i < lip.size(); ++i) {
    const float weight = lip.values[i] * seen.values[i];
    const float dark = around - smooth.values[i];
    darker += weight * dark, squares += weight * dark * dark, area += weight;
  }
  darker /= area;
  const float deep = std::sqrt(squares / area);  // a narrow moustache is darker than its mean
  const float strength =
      kTaken * smoothstep(kForm, kShadow, darker) * (1 - smoothstep(kHair, kSurelyHair, deep));
  if (!(strength > 0)) return out;
  for (std::size_t i = 0; i < lip.size(); ++i)
    out.values[i] = strength * lip.values[i] * seen.values[i] *
                    std::clamp(around - kForm - smooth.values[i], 0.0f, kMost);
  gaussian_blur(&out, kEdgeSigma * width_px, &scratch.line);
  return out;
}

}  // namespace mien
