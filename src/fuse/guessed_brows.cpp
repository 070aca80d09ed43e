#include "fuse/guessed_brows.h"

#include <algorithm>
#include <vector>

#include "core/luma.h"
#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/colour.h"
#include "fuse/fast_math.h"
#include "fuse/outline.h"

namespace mien {
namespace {

// From which painted share brows are guesses, and how light they are beside the skin around: 0.89 to 1.04 of it, 0.76
// where dark ones show through.
constexpr float kHiddenFrom = 0.45f, kHiddenTo = 0.55f, kDark = 0.78f, kPale = 0.88f;
constexpr float kAround = 0.04f, kMargin = 0.021f, kFeather = 0.018f;  // in face widths
constexpr float kGivenUp = 0.6f;                                       // share of them

}  // namespace

void fade_guessed_brows(const Plane& painted, const Mesh& mesh, const Image& level, Plane* lost) {
  const float width_px = face_width_px(mesh);
  Plane brows, around;
  for (Plane* plane : {&brows, &around}) plane->resize(level.width(), level.height()), plane->fill(0);
  for (const auto& part : {topology::kRightBrow, topology::kLeftBrow}) {
    fill_polygon(outline(mesh, part), &brows);
    fill_polygon(offset_polygon(outline(mesh, part), kAround * width_px), &around);
  }
  float share = 0, area = 1e-6f, light = 0, light_around = 0, area_around = 1e-6f;
  for (std::size_t i = 0; i < brows.size(); ++i) {
    const float brow = brows.values[i], beside = around.values[i] * (1 - brow);
    if (!(brow + beside > 0)) continue;
    const std::uint8_t* rgb = level.view().data + 4 * i;
    const float l = luma(rgb);
    share += brow * painted.values[i], light += brow * l, area += brow;
    light_around += beside * l, area_around += beside;
  }
  const float pale = light / area / std::max(light_around / area_around, 1.0f);
  const float guessed =
      kGivenUp * smoothstep(kHiddenFrom, kHiddenTo, share / area) * smoothstep(kDark, kPale, pale);
  if (!(guessed > 0)) return;
  brows.fill(0);
  for (const auto& part : {topology::kRightBrow, topology::kLeftBrow})
    fill_polygon(offset_polygon(outline(mesh, part), kMargin * width_px), &brows);
  std::vector<float> line;
  gaussian_blur(&brows, kFeather * width_px, &line);
  for (std::size_t i = 0; i < brows.size(); ++i)
    lost->values[i] = std::max(lost->values[i], guessed * brows.values[i]);
}

}  // namespace mien
