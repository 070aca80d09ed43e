#include "fuse/iris.h"

#include <algorithm>
#include <cmath>
#include <optional>
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
constexpr float kReflection = 18, kReflectionRamp = 15;  // of L above the iris

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

struct Eye {
  topology::Index iris;
  std::span<const topology::Index> lids;
};
const Eye kRight{topology::kRightIris, topology::kRightEye}, kLeft{topology::kLeftIris, topology::kLeftEye};

// Colours of an eye's iris between the lids, added to `out`. colour_at(x, y) -> LinearRgb.
template <class ColourAt>
void add_iris(const Mesh& mesh, const Eye& eye, int width, int height, ColourAt colour_at,
              std::vector<Lab>* out) {
  const Circle c = iris_of(mesh, eye.iris);
  const int x0 = std::max(0, static_cast<int>(c.x - c.radius)),
            y0 = std::max(0, static_cast<int>(c.y - c.radius)),
            x1 = std::min(width - 1, static_cast<int>(c.x + c.radius) + 1),
            y1 = std::min(height - 1, static_cast<int>(c.y + c.radius) + 1);
  if (x1 < x0 || y1 < y0 || !(c.radius > 0)) return;
  std::vector<Point2f> lids = outline(mesh, eye.lids);
  for (Point2f& p : lids) p = {p.x - static_cast<float>(x0), p.y - static_cast<float>(y0)};
  Plane between;
  between.resize(x1 - x0 + 1, y1 - y0 + 1), between.fill(0);
  fill_polygon(lids, &between);
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float away = std::hypot(static_cast<float>(x) - c.x, static_cast<float>(y) - c.y) / c.radius;
      if (away >= kPupil && away <= kInside && between.row(y - y0)[x - x0] > 0.9f)
        out->push_back(lab_from_linear(colour_at(x, y)));
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
  const auto colour_at = [&](int x, int y) {
    const std::uint8_t* p = image.row(y) + 4 * x;
    return LinearRgb{linear_from_srgb(p[0]), linear_from_srgb(p[1]), linear_from_srgb(p[2])};
  };
  std::vector<Lab> colours;
  if (texture.right_eye_open) add_iris(texture.mesh, kRight, image.width, image.height, colour_at, &colours);
  if (texture.left_eye_open) add_iris(texture.mesh, kLeft, image.width, image.height, colour_at, &colours);
  return median(&colours);
}

std::optional<Lab> irises_of_target(const PlanarRgb& target, const Mesh& mesh) {
  const auto colour_at = [&](int x, int y) {
    const std::size_t i = static_cast<std::size_t>(y) * target.width + x;
    return LinearRgb{linear_from_srgb(target.channel(0)[i]), linear_from_srgb(target.channel(1)[i]),
                     linear_from_srgb(target.channel(2)[i])};
  };
  std::vector<Lab> colours;
  const auto openings = eye_openings(mesh);
  if (openings[0] >= kClosedEyeOpening)
    add_iris(mesh, kRight, target.width, target.height, colour_at, &colours);
  if (openings[1] >= kClosedEyeOpening)
    add_iris(mesh, kLeft, target.width, target.height, colour_at, &colours);
  return median(&colours);
}

void tint_iris(const IrisShift& shift, const Circle& c, const Plane& mask, float strength,
               PlanarRgb* picture) {
  const float reach = c.radius * kRimTo;
  const int x0 = std::max(0, static_cast<int>(c.x - reach)), y0 = std::max(0, static_cast<int>(c.y - reach)),
            x1 = std::min(mask.width - 1, static_cast<int>(c.x + reach) + 1),
            y1 = std::min(mask.height - 1, static_cast<int>(c.y + reach) + 1);
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * mask.width + x;
      const float away = std::hypot(static_cast<float>(x) - c.x, static_cast<float>(y) - c.y) / c.radius;
      float share = strength * mask.values[i] * (1 - smoothstep(kRimFrom, kRimTo, away));
      if (!(share > 0)) continue;
      float* rgb[3] = {picture->channel(0) + i, picture->channel(1) + i, picture->channel(2) + i};
      Lab lab =
          lab_from_linear({linear_from_srgb(*rgb[0]), linear_from_srgb(*rgb[1]), linear_from_srgb(*rgb[2])});
      share *= 1 - smoothstep(shift.lightest, shift.lightest + kReflectionRamp, lab.l);
      // Pupils are black: what is darker than the iris changes by less.
      const float lit = share * std::clamp(lab.l / std::max(shift.lightest - kReflection, 1.0f), 0.0f, 1.0f);
      lab.l = (lab.l + 16) * (1 + share * (shift.gain - 1)) - 16;
      lab.a += lit * shift.a, lab.b += lit * shift.b;
      const LinearRgb out = linear_from_lab({std::clamp(lab.l, 0.0f, 100.0f), lab.a, lab.b});
      *rgb[0] = srgb_from_linear(out.r), *rgb[1] = srgb_from_linear(out.g), *rgb[2] = srgb_from_linear(out.b);
    }
  }
}

}  // namespace

IrisShift measure_irises(const SourceTexture& texture, const PlanarRgb& target, const Mesh& mesh,
                         EyeChoice shown, const EyeMatch& light) {
  if ((shown.right && shown.left) || texture.levels.empty()) return {};
  const auto source = irises_of_source(texture), theirs = irises_of_target(target, mesh);
  if (!source || !theirs) return {};
  const Lab lit = eyeball_in_light(*source, light, 1, 1 / (light.white_l + 16));
  IrisShift out;
  out.known = true, out.lightest = theirs->l + kReflection;
  out.gain = std::clamp((lit.l + 16) / (theirs->l + 16), kLeastGain, kMostGain);
  out.a = std::clamp(lit.a - theirs->a, -kMostShift, kMostShift);
  out.b = std::clamp(lit.b - theirs->b, -kMostShift, kMostShift);
  return out;
}

void tint_irises(const IrisShift& shift, const Mesh& fused, const FaceMasks& masks, EyeChoice shown,
                 float strength, PlanarRgb* picture) {
  if (!shift.known) return;
  if (!shown.right) tint_iris(shift, iris_of(fused, kRight.iris), masks.right_eye, strength, picture);
  if (!shown.left) tint_iris(shift, iris_of(fused, kLeft.iris), masks.left_eye, strength, picture);
}

}  // namespace mien
