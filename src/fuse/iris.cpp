#include "fuse/iris.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "core/polygon.h"
#include "face/topology.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// Of the iris's radius: inside of the first is the pupil, outside of the second its soft rim.
constexpr float kPupil = 0.42f, kInside = 0.85f, kRimFrom = 0.85f, kRimTo = 1.12f;
constexpr std::size_t kFewest = 12;                   // pixels of both irises from which a median is believed
constexpr float kMostShift = 25;                      // of a and b
constexpr float kLeastGain = 0.7f, kMostGain = 1.2f;  // of L + 16
constexpr float kReflection = 1.35f, kReflectionRamp = 15;  // of L + 16 of the iris; of L
// Mean chromaticity of skin: below the first a picture has no colours, from the second on all of them.
constexpr float kColourless = 6, kColourful = 15;

struct Circle {
  float x, y, radius;
};

// The iris's centre is followed by four points of its rim.
Circle iris_of(const Mesh& mesh, topology::Index centre) {
  const Point3f& c = mesh[centre];
  float radius = 0;
  for (int k = 1; k <= 4; ++k) radius += std::hypot(mesh[centre + k].x - c.x, mesh[centre + k].y - c.y) / 4;
  return {c.x, c.y, radius};
}

// The pixels of a picture within `reach` of the circle's centre; empty where there is no such circle.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = -1, y1 = -1;  // inclusive
};

PixelBox box_around(const Circle& c, float reach, int width, int height) {
  if (!(c.radius > 0.5f) || !std::isfinite(c.x + c.y + reach)) return {};
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, -1.0f, static_cast<float>(size)));
  };
  return {std::max(0, pixel(c.x - reach, width)), std::max(0, pixel(c.y - reach, height)),
          std::min(width - 1, pixel(c.x + reach + 1, width)),
          std::min(height - 1, pixel(c.y + reach + 1, height))};
}

struct EyeIndices {
  topology::Index iris;
  std::span<const topology::Index> lids;
};
const EyeIndices kRight{topology::kRightIris, topology::kRightEye},
    kLeft{topology::kLeftIris, topology::kLeftEye};

// Colours of an eye's iris between the lids, added to `out`. colour_at(x, y) -> Lab, nothing where something
// covers it.
template <class ColourAt>
void add_iris(const Mesh& mesh, const EyeIndices& eye, int width, int height, ColourAt colour_at,
              std::vector<Lab>* out) {
  const Circle c = iris_of(mesh, eye.iris);
  const PixelBox box = box_around(c, c.radius, width, height);
  if (box.x1 < box.x0 || box.y1 < box.y0) return;
  std::vector<Point2f> lids = outline(mesh, eye.lids);
  for (Point2f& p : lids) p = {p.x - static_cast<float>(box.x0), p.y - static_cast<float>(box.y0)};
  Plane between;
  between.resize(box.x1 - box.x0 + 1, box.y1 - box.y0 + 1), between.fill(0);
  fill_polygon(lids, &between);
  for (int y = box.y0; y <= box.y1; ++y) {
    for (int x = box.x0; x <= box.x1; ++x) {
      const float away = std::hypot(static_cast<float>(x) - c.x, static_cast<float>(y) - c.y) / c.radius;
      if (away < kPupil || away > kInside || between.row(y - box.y0)[x - box.x0] < 0.9f) continue;
      if (const std::optional<Lab> colour = colour_at(x, y)) out->push_back(*colour);
    }
  }
}

// Medians of L, a and b: half of the pixels may be lashes, lids or reflections.
std::optional<Lab> median(std::vector<Lab>* colours) {
  if (colours->size() < kFewest) return std::nullopt;
  const auto middle = colours->begin() + static_cast<std::ptrdiff_t>(colours->size() / 2);
  Lab out;
  for (float Lab::*part : {&Lab::l, &Lab::a, &Lab::b}) {
    std::nth_element(colours->begin(), middle, colours->end(),
                     [part](const Lab& p, const Lab& q) { return p.*part < q.*part; });
    out.*part = (*middle).*part;
  }
  return out;
}

std::optional<Lab> irises_of_source(const SourceTexture& texture) {
  const ImageView image = texture.levels.front().view();
  const auto colour_at = [&](int x, int y) -> std::optional<Lab> {
    const std::uint8_t* p = image.row(y) + 4 * x;
    if (p[3] < 128) return std::nullopt;  // not trusted
    return lab_from_linear({linear_from_srgb(p[0]), linear_from_srgb(p[1]), linear_from_srgb(p[2])});
  };
  std::vector<Lab> colours;
  for (const EyeIndices& eye : {kRight, kLeft})
    add_iris(texture.mesh, eye, image.width, image.height, colour_at, &colours);
  return median(&colours);
}

std::optional<Lab> irises_of_target(const PlanarRgb& target, const Mesh& mesh, const FaceMasks& masks) {
  const auto colour_at = [&](int x, int y) -> std::optional<Lab> {
    const std::size_t i = static_cast<std::size_t>(y) * target.width + x;
    if (std::max(masks.right_eye.values[i], masks.left_eye.values[i]) < 0.5f) return std::nullopt;
    return lab_at(target, i);
  };
  std::vector<Lab> colours;
  for (const EyeIndices& eye : {kRight, kLeft})
    add_iris(mesh, eye, target.width, target.height, colour_at, &colours);
  return median(&colours);
}

bool has_both_eyes_open(const Mesh& mesh) {
  const auto openings = eye_openings(mesh);
  return std::min(openings[0], openings[1]) >= kClosedEyeOpening;
}

// alpha: with which the picture will be laid over the target.
void tint_iris(const IrisShift& shift, const Circle& c, const Plane& mask, const Plane& alpha, float strength,
               PlanarRgb* picture) {
  const PixelBox box = box_around(c, c.radius * kRimTo, mask.width, mask.height);
  const float reflection = (shift.lightness + 16) * kReflection - 16;
  for (int y = box.y0; y <= box.y1; ++y) {
    for (int x = box.x0; x <= box.x1; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * mask.width + x;
      const float away = std::hypot(static_cast<float>(x) - c.x, static_cast<float>(y) - c.y) / c.radius,
                  wanted = strength * mask.values[i] * (1 - smoothstep(kRimFrom, kRimTo, away));
      if (!(wanted > 0) || !(alpha.values[i] > 0)) continue;
      Lab lab = lab_at(*picture, i);
      // Pupils are black, and stay so: what is darker than the iris changes by less.
      const float lit = std::clamp(lab.l / std::max(shift.lightness, 1.0f), 0.0f, 1.0f),
                  share = std::min(1.0f, wanted / alpha.values[i]) * lit *
                          (1 - smoothstep(reflection, reflection + kReflectionRamp, lab.l));
      lab.l = (lab.l + 16) * (1 + share * (shift.gain - 1)) - 16;
      lab.a += share * shift.a, lab.b += share * shift.b;
      const LinearRgb out = linear_from_lab({std::clamp(lab.l, 0.0f, 100.0f), lab.a, lab.b});
      picture->channel(0)[i] = srgb_from_linear(out.r), picture->channel(1)[i] = srgb_from_linear(out.g);
      picture->channel(2)[i] = srgb_from_linear(out.b);
    }
  }
}

}  // namespace

IrisShift measure_irises(const SourceTexture& texture, const PlanarRgb& target, const Mesh& mesh,
                         EyeChoice shown, const FaceMasks& masks, const RelightReport& light) {
  if ((shown.right && shown.left) || texture.levels.empty() || !light.eye.seen) return {};
  if (!texture.right_eye_open || !texture.left_eye_open || !has_both_eyes_open(mesh)) return {};
  const auto source = irises_of_source(texture), theirs = irises_of_target(target, mesh, masks);
  if (!source || !theirs) return {};
  const Lab lit = eyeball_in_light(*source, EyeLight(light.eye), 1);
  const float colours = smoothstep(kColourless, kColourful, light.chroma);
  IrisShift out;
  out.known = true, out.lightness = theirs->l;
  out.gain = std::clamp((lit.l + 16) / (theirs->l + 16), kLeastGain, kMostGain);
  out.a = colours * std::clamp(lit.a - theirs->a, -kMostShift, kMostShift);
  out.b = colours * std::clamp(lit.b - theirs->b, -kMostShift, kMostShift);
  return out;
}

void tint_irises(const IrisShift& shift, const Mesh& fused, const FaceMasks& masks, EyeChoice shown,
                 float strength, PlanarRgb* picture) {
  if (!shift.known) return;
  const auto tint = [&](topology::Index iris, const Plane& mask) {
    tint_iris(shift, iris_of(fused, iris), mask, masks.alpha, strength, picture);
  };
  if (!shown.right) tint(kRight.iris, masks.right_eye);
  if (!shown.left) tint(kLeft.iris, masks.left_eye);
}

}  // namespace mien
