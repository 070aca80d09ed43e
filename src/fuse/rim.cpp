#include "fuse/rim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/luma.h"
#include "core/polygon.h"
#include "face/crop.h"
#include "face/topology.h"
#include "fuse/fast_math.h"
#include "fuse/forehead.h"
#include "fuse/sampler.h"

namespace mien {
namespace {

using topology::kOval;

constexpr int kOutline = static_cast<int>(kOval.size());
constexpr float kFadeFrom = 0.25f;  // of the reach
// Along the line from the bridge (0) to the top of the mesh (1): below the first nothing changes.
constexpr float kLowest = 0.3f, kFull = 0.65f;
constexpr float kLowSigma = 0.05f;  // face widths: coarser light is the target's
constexpr float kSkinFrom = 0.6f, kSkinTo = 0.95f, kTrustFrom = 0.5f, kTrustTo = 0.95f;
constexpr float kSoftEdge = 0.03f;  // face widths: by about as much the skin's own edges are kept away from
// Where the target shows bare skin the fused face fades out this far inside of the mesh, this softly.
constexpr float kFadeInside = 0.072f, kFadeSigma = 0.04f;
// Of the brightness: stronger detail is hair, an edge or a highlight. Dark detail of the source is bent
// earlier: near its hair most of it is a strand's shadow.
constexpr float kKnee = 0.06f, kDarkKnee = 0.035f;
constexpr float kFewestLight = 8;  // of 255

int rounded(float v) { return static_cast<int>(std::lround(v)); }

// Outline points and the same moved away; source position, share of the reach, share of own pixels.
struct Ring {
  std::array<RasterVertex, 2 * kOutline> vertices;
  std::array<float, std::size_t{2} * kOutline * 4> attributes;
  std::array<RasterTriangle, 2 * kOutline> triangles;
};

Ring ring_around(const SourceTexture& texture, const Mesh& fused) {
  Ring ring;
  for (int i = 0; i < kOutline; ++i) {
    const float reach = forehead_reach(i);
    for (int outer = 0; outer < 2; ++outer) {
      const float by = outer == 1 ? reach : 0;
      const Point3f p = moved_outwards(fused, i, by), s = moved_outwards(texture.mesh, i, by);
      const auto at = static_cast<std::size_t>(2 * i + outer);
      ring.vertices[at] = {p.x, p.y, 0};
      const float own = texture.own_share[static_cast<std::size_t>(kOval[static_cast<std::size_t>(i)])];
      const std::array<float, 4> values{s.x, s.y, static_cast<float>(outer), own};
      std::copy(values.begin(), values.end(), ring.attributes.begin() + static_cast<std::ptrdiff_t>(4 * at));
    }
    const int next = (i + 1) % kOutline;
    ring.triangles[static_cast<std::size_t>(2 * i)] = {2 * i, 2 * i + 1, 2 * next};
    ring.triangles[static_cast<std::size_t>(2 * i + 1)] = {2 * next, 2 * i + 1, 2 * next + 1};
  }
  return ring;
}

// The part of the frame that holds the ring above the bridge, at the canvas' scale. Width 0: none of it.
CanvasFrame place_of(const Ring& ring, const FaceHeight& height, const CanvasFrame& face, int frame_width,
                     int frame_height) {
  float low_x = std::numeric_limits<float>::infinity(), low_y = low_x, high_x = -low_x, high_y = -low_x;
  const Affine frame_from_canvas = face.canvas_from_frame().inverse();
  for (const RasterVertex& v : ring.vertices) {
    if (!(height.at(v.x_px, v.y_px) > kLowest)) continue;
    const Point2f p = frame_from_canvas({v.x_px, v.y_px});
    low_x = std::min(low_x, p.x), high_x = std::max(high_x, p.x);
    low_y = std::min(low_y, p.y), high_y = std::max(high_y, p.y);
  }
  CanvasFrame out;
  if (!std::isfinite(low_x + low_y + high_x + high_y)) return out;
  const auto pixel = [](float v, int size) {
    return static_cast<int>(std::clamp(v, 0.0f, static_cast<float>(size)));
  };
  out.x0 = pixel(low_x, frame_width), out.y0 = pixel(low_y, frame_height);
  out.frame_width = pixel(high_x + 2, frame_width) - out.x0;
  out.frame_height = pixel(high_y + 2, frame_height) - out.y0;
  out.scale = face.scale;
  out.width = static_cast<int>(std::ceil(static_cast<float>(out.frame_width) * out.scale));
  out.height = static_cast<int>(std::ceil(static_cast<float>(out.frame_height) * out.scale));
  return out;
}

// A row of the face's own maps; own_share: null where all pixels are its own.
struct KnownRow {
  const float *depth, *source_x, *source_y, *own_share;
};

// Where the mesh covers a pixel, the warp is known.
MIEN_SIMD_CLONES
void take_known(const KnownRow known, int n, float* __restrict source_x, float* __restrict source_y,
                float* __restrict reach, float* __restrict weight) {
  constexpr float kNowhere = std::numeric_limits<float>::infinity();
  for (int x = 0; x < n; ++x) {
    const bool covered = known.depth[x] < kNowhere;
    source_x[x] = covered ? known.source_x[x] : source_x[x];
    source_y[x] = covered ? known.source_y[x] : source_y[x];
    reach[x] = covered ? 0 : reach[x];
  }
  for (int x = 0; x < n && known.own_share == nullptr; ++x)
    weight[x] = known.depth[x] < kNowhere ? 1 : weight[x];
  for (int x = 0; x < n && known.own_share != nullptr; ++x)
    weight[x] = known.depth[x] < kNowhere ? known.own_share[x] : weight[x];
}

// Source positions (not a number beyond the ring), reach (0 on the mesh, 1 where the ring ends), weight: the
// share of own pixels.
void draw_maps(const RimFace& face, Ring ring, const CanvasFrame& where, const Affine& shift, RimScratch* s) {
  for (RasterVertex& v : ring.vertices) {
    const Point2f p = shift({v.x_px, v.y_px});
    v.x_px = p.x, v.y_px = p.y;
  }
  const std::array<Plane*, 4> planes = {&s->source_x, &s->source_y, &s->reach, &s->weight};
  std::array<float*, 4> values{};
  for (std::size_t k = 0; k < 4; ++k) {
    planes[k]->resize(where.width, where.height);
    values[k] = planes[k]->values.data();
  }
  s->source_x.fill(std::numeric_limits<float>::quiet_NaN());
  s->depth.resize(where.width, where.height);
  s->depth.fill(std::numeric_limits<float>::infinity());
  rasterise(ring.vertices, ring.attributes, 4, ring.triangles,
            {where.width, where.height, nullptr, s->depth.values.data(), values});
  // On the mesh the warp is known.
  const WarpMaps& maps = face.maps;
  const bool mirrored = maps.own_share.size() == maps.depth.size();
  const int dx = rounded(shift.c), dy = rounded(shift.f), first = std::max(0, dx),
            count = std::min(where.width, dx + maps.depth.width) - first;
  for (int y = std::max(0, dy); y < std::min(where.height, dy + maps.depth.height); ++y) {
    const auto from = [&](const Plane& plane) { return plane.row(y - dy) + (first - dx); };
    const auto to = [&](Plane& plane) { return plane.row(y) + first; };
    take_known({from(maps.depth), from(maps.source_x), from(maps.source_y),
                mirrored ? from(maps.own_share) : nullptr},
               count, to(s->source_x), to(s->source_y), to(s->reach), to(s->weight));
  }
}

// skin becomes where the target shows some, trust where both do; source_x: not a number where nothing is
// known.
MIEN_SIMD_CLONES
void trust_row(const float* source_x, int n, float* __restrict skin, float* __restrict trust) {
  for (int x = 0; x < n; ++x) {
    skin[x] = source_x[x] == source_x[x] ? smoothstep(kSkinFrom, kSkinTo, skin[x]) : 0;
    trust[x] = skin[x] * smoothstep(kTrustFrom, kTrustTo, trust[x]);
  }
}

// up: height of the row's first pixel, and what one to the right adds.
MIEN_SIMD_CLONES
void weigh_row(const float* source_x, const float* reach, float up, float step, int n, float* __restrict skin,
               float* __restrict trust, float* __restrict weight) {
  for (int x = 0; x < n; ++x) {
    const bool known = source_x[x] == source_x[x];
    const float seen = known ? smoothstep(0.5f, 1, trust[x]) : 0,
                bare = known ? smoothstep(0.5f, 1, skin[x]) : 0;
    const float share = weight[x] * (1 - smoothstep(kFadeFrom, 1, reach[x])) *
                        smoothstep(kLowest, kFull, up + step * static_cast<float>(x));
    trust[x] = seen;
    skin[x] = known ? bare * share : 0;
    weight[x] = known ? seen * share : 0;
  }
}

// trust becomes where both show skin, away from its edges; skin: how far the fused face fades out early (not
// where it is the source's mirrored side); weight: how far the source's detail is taken.
void weigh(const FaceHeight& height, float width_px, RimScratch* s) {
  const int w = s->weight.width, h = s->weight.height;
  for (int y = 0; y < h; ++y) trust_row(s->source_x.row(y), w, s->skin.row(y), s->trust.row(y));
  blur_coarsely(kSoftEdge * width_px, &s->coarse, &s->trust);
  blur_coarsely(kSoftEdge * width_px, &s->coarse, &s->skin);
  for (int y = 0; y < h; ++y)
    weigh_row(s->source_x.row(y), s->reach.row(y), height.at(0, static_cast<float>(y)), height.up_x, w,
              s->skin.row(y), s->trust.row(y), s->weight.row(y));
}

// The fused face's alpha times 1 - skin * (1 - wide).
MIEN_SIMD_CLONES
void fade_row(const float* wide, const float* skin, int n, float* __restrict alpha) {
  for (int x = 0; x < n; ++x)
    alpha[x] *= 1 - skin[x] * (1 - std::min(std::max(1.02f * wide[x] - 0.01f, 0.0f), 1.0f));
}

// Lets the fused face fade out earlier where the target shows bare skin: a narrow ramp would be an arc on its
// forehead. Where both have the source's detail only light and colour change over the wide one. Drawn at the
// resolution that the ramp leaves.
void fade_early(const Mesh& fused, float width_px, int dx, int dy, RimScratch* s, Plane* alpha) {
  const CoarseBlurPlan plan = coarse_blur_plan(kFadeSigma * width_px);
  const float k = 1 / static_cast<float>(plan.factor), shift = 0.5f * k - 0.5f;
  thread_local std::vector<Point2f> outline, inset;
  outline.clear();
  for (const topology::Index i : kOval) outline.push_back({k * fused[i].x + shift, k * fused[i].y + shift});
  offset_polygon(outline, -kFadeInside * width_px * k, &inset);
  const int w = s->weight.width, h = s->weight.height;
  Plane& ramp = s->coarse.small;
  ramp.resize((w + plan.factor - 1) / plan.factor, (h + plan.factor - 1) / plan.factor);
  ramp.fill(0);
  fill_polygon(inset, &ramp);
  gaussian_blur(&ramp, plan.sigma_small, &s->coarse.line);
  const int x0 = std::max(0, dx), x1 = std::min(w, dx + alpha->width);
  if (x1 <= x0) return;
  thread_local RowEnlarger enlarger;  // scratch that keeps its memory
  thread_local std::vector<float> wide;
  enlarger.begin(ramp, plan.factor, w), wide.resize(static_cast<std::size_t>(w));
  for (int y = std::max(0, dy); y < std::min(h, dy + alpha->height); ++y) {
    enlarger.row(y, x0, x1, wide.data() + x0);
    fade_row(wide.data() + x0, s->skin.row(y) + x0, x1 - x0, alpha->row(y - dy) + (x0 - dx));
  }
}

MIEN_SIMD_CLONES
void light_of(const float* red, const float* green, const float* blue, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = std::max(luma(red[i], green[i], blue[i]), kFewestLight);
}

void light_of(const PlanarRgb& picture, Plane* out) {
  out->resize(picture.width, picture.height);
  light_of(picture.channel(0), picture.channel(1), picture.channel(2), out->size(), out->values.data());
}

// Hair and background need not be looked up.
MIEN_SIMD_CLONES
void keep_skin(const float* skin, std::size_t n, float* __restrict source_x) {
  for (std::size_t i = 0; i < n; ++i)
    source_x[i] = skin[i] > kSkinFrom ? source_x[i] : std::numeric_limits<float>::quiet_NaN();
}

MIEN_INLINE float bent(float x, float dark_knee) {
  const float knee = x < 0 ? dark_knee : kKnee;
  return knee * fast_tanh(x / knee);
}

// The target's pixels with the source's detail in the place of their own, where it has weight.
MIEN_SIMD_CLONES
void change_row(const float* __restrict low_target, const float* __restrict low_source,
                const float* __restrict light_target, const float* __restrict light_source, int n,
                float* __restrict red, float* __restrict green, float* __restrict blue) {
  for (int x = 0; x < n; ++x) {
    const float own = light_target[x] / low_target[x] - 1, theirs = light_source[x] / low_source[x] - 1;
    const float gain = (1 + bent(theirs, kDarkKnee)) / (1 + bent(own, kKnee));
    red[x] = std::min(255.0f, red[x] * gain), green[x] = std::min(255.0f, green[x] * gain),
    blue[x] = std::min(255.0f, blue[x] * gain);
  }
}

void change_detail(RimScratch* s) {
  const int w = s->weight.width;
  for (int y = 0; y < s->weight.height; ++y) {
    const float* weight = s->weight.row(y);
    const auto counts = [](float v) { return v > 0; };
    const auto first = static_cast<int>(std::find_if(weight, weight + w, counts) - weight);
    int end = w;
    while (end > first && !counts(weight[end - 1])) --end;
    const std::size_t i = static_cast<std::size_t>(y) * w + first;
    if (end > first)
      change_row(s->low_target.values.data() + i, s->low_source.values.data() + i,
                 s->light_target.values.data() + i, s->light_source.values.data() + i, end - first,
                 s->target.channel(0) + i, s->target.channel(1) + i, s->target.channel(2) + i);
  }
}

}  // namespace

void continue_onto_forehead(const SourceTexture& texture, const RimFace& face, const RegionMap& regions,
                            ThreadPool& pool, RimScratch* s, Plane* alpha, MutableImageView frame) {
  s->painted = {};
  if (face.where.scale > 1 || texture.levels.empty()) return;
  const Ring ring = ring_around(texture, face.fused);
  const CanvasFrame where = place_of(ring, FaceHeight(face.fused), face.where, frame.width, frame.height);
  if (where.width < 2 || where.height < 2) return;
  const Affine shift = compose(where.canvas_from_frame(), face.where.canvas_from_frame().inverse());
  const Mesh fused = transformed(face.fused, shift);
  const float width_px = face_width_px(fused);
  draw_maps(face, ring, where, shift, s);
  read_canvas(frame, where, &s->target);
  regions.sample({RegionClass::kSkin}, where.canvas_from_frame().inverse(), where.width, where.height,
                 &s->skin);
  keep_skin(s->skin.values.data(), s->skin.size(), s->source_x.values.data());
  s->source.resize(where.width, where.height);
  std::fill(s->source.values.begin(), s->source.values.end(), 0.0f);
  sample_texture(texture, best_level(texture, face.fused), s->source_x, s->source_y, nullptr, pool,
                 &s->source, &s->trust);
  weigh(FaceHeight(fused), width_px, s);
  light_of(s->target, &s->light_target);
  light_of(s->source, &s->light_source);
  gaussian_blur(&s->light_source, face.blur_px, &s->blur.line);
  {
    const MaskedBlur low(s->trust, kLowSigma * width_px, &s->blur);
    low.apply(s->light_target, &s->low_target);
    low.apply(s->light_source, &s->low_source);
  }
  change_detail(s);
  fade_early(fused, width_px, rounded(shift.c), rounded(shift.f), s, alpha);
  for (float& w : s->weight.values) w *= face.strength;
  paste_canvas(s->target, s->weight, where, frame);
  s->painted = where.in_frame();
}

}  // namespace mien
