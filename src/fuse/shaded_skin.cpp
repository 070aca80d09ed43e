#include "fuse/shaded_skin.h"

#include <algorithm>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "core/smoothstep.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/outline.h"

namespace mien {
namespace {

constexpr int kStep = 2;                           // pixels per pixel that is worked with
constexpr float kSmoothSigma = 0.012f;             // in face widths: hairs are finer than what they make dark
constexpr float kMargin = 0.02f;                   // around the oval, in face widths
constexpr float kSure = 0.8f, kLeastHair = 0.01f;  // probability; area, of the face's width squared
// Redness, see measure(): skin has 0.15 to 0.3, its shadows more, grey hair 0.05 to 0.15, brown hair about as
// much as skin.
constexpr float kApart = 0.01f;                 // the skin's over the hair's, at least
constexpr float kLikeSkin = 0.75f, kAsRed = 1;  // of the way from the hair's to the skin's
// Redder than hair by so much, and by what skin is not redder than hair by 0.08.
constexpr float kWellApart = 0.08f, kHardlyRedder = 0.06f, kRedder = 0.08f;
constexpr float kShadow = 0.65f, kNoShadow = 0.9f;  // of the skin's mean brightness
constexpr float kDark = 20;                         // grey levels: below it a colour says little

// At the resolution that is worked with.
struct SmallLook {
  Plane light, redness, hair, skin, oval, shaded;
  std::vector<float> line;
  std::vector<Point2f> outline, grown;
};

// What red exceeds the brightness by, in shares of it.
void measure(const PlanarRgb& picture, float sigma_px, Plane* light_whole, SmallLook* s) {
  luma_of(picture, light_whole);
  shrink_boxes(*light_whole, kStep, &s->light);
  shrink_boxes(picture.channel(0), picture.width, picture.height, kStep, &s->redness);
  gaussian_blur(&s->light, sigma_px, &s->line);
  gaussian_blur(&s->redness, sigma_px, &s->line);
  for (std::size_t i = 0; i < s->redness.size(); ++i) {
    const float light = s->light.values[i];
    s->redness.values[i] = (s->redness.values[i] - light) / std::max(light, kDark);
  }
}

void draw_oval(const Mesh& mesh, float margin_px, SmallLook* s) {
  constexpr float k = 1.0f / kStep, shift = 0.5f * k - 0.5f;
  outline(mesh, topology::kOval, &s->outline);
  for (Point2f& p : s->outline) p = {k * p.x + shift, k * p.y + shift};
  offset_polygon(s->outline, margin_px, &s->grown);
  s->oval.resize(s->light.width, s->light.height);
  s->oval.fill(0);
  fill_polygon(s->grown, &s->oval);
}

// What is surely skin inside the oval, what is surely hair outside.
struct Means {
  double skin_red = 0, skin_light = 0, skin = 1e-6, hair_red = 0, hair = 1e-6;
};

Means mean_colours(const SmallLook& s) {
  Means out;
  for (std::size_t i = 0; i < s.light.size(); ++i) {
    const bool inside = s.oval.values[i] > 0.5f;
    if (inside && s.skin.values[i] > kSure)
      out.skin_red += s.redness.values[i], out.skin_light += s.light.values[i], out.skin += 1;
    if (!inside && s.hair.values[i] > kSure) out.hair_red += s.redness.values[i], out.hair += 1;
  }
  out.skin_red /= out.skin, out.skin_light /= out.skin, out.hair_red /= out.hair;
  return out;
}

}  // namespace

void take_shaded_skin(const PlanarRgb& picture, const Mesh& mesh, Plane* hair, Plane* skin) {
  thread_local SmallLook s;  // scratch that keeps its memory
  thread_local Plane whole;
  const float small_px = face_width_px(mesh) / kStep;  // the face's width
  measure(picture, std::max(0.5f, kSmoothSigma * small_px), &whole, &s);
  shrink_boxes(*hair, kStep, &s.hair), shrink_boxes(*skin, kStep, &s.skin);
  draw_oval(mesh, kMargin * small_px, &s);
  const Means mean = mean_colours(s);
  const auto hair_red = static_cast<float>(mean.hair_red),
             apart = static_cast<float>(mean.skin_red - mean.hair_red);
  if (mean.hair < kLeastHair * small_px * small_px || apart < kApart) return;
  const auto per_apart = 1 / apart, much_redder = hair_red + std::max(kWellApart - apart, 0.0f),
             per_light = static_cast<float>(1 / std::max(mean.skin_light, 1.0));
  s.shaded.resize(s.light.width, s.light.height);
  for (std::size_t i = 0; i < s.shaded.size(); ++i)
    s.shaded.values[i] = s.oval.values[i] *
                         smoothstep(kLikeSkin, kAsRed, (s.redness.values[i] - hair_red) * per_apart) *
                         smoothstep(kHardlyRedder, kRedder, s.redness.values[i] - much_redder) *
                         (1 - smoothstep(kShadow, kNoShadow, s.light.values[i] * per_light));
  enlarge_boxes(s.shaded, kStep, hair->width, hair->height, &whole);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const float taken = whole.values[i] * hair->values[i];
    hair->values[i] -= taken;
    skin->values[i] = std::min(1.0f, skin->values[i] + taken);
  }
}

}  // namespace mien
